function [arrays, manifest] = read_archive(path)
% Read an experiment saved by driada_widgets. Needs MATLAB R2016b or newer, no toolbox.
% arrays.calcium is (n_cells, n_frames); manifest tells types, units and real names.
% Integers and floating point numbers are read; text arrays are left out.
folder = tempname;
cleanup = onCleanup(@() rmdir(folder, 's'));
unzip(path, folder);
manifest = jsondecode(fileread(fullfile(folder, 'manifest.json')));
arrays = struct();
for member = manifest.members'
    [~, id] = fileparts(member{1});
    record = manifest.arrays.(id);
    [bytes, header] = read_member(fullfile(folder, member{1}));
    check(bytes, record.sha256, id);
    code = regexp(header, '''descr'': ''[<|](\w+)''', 'tokens', 'once');
    classes = struct('f4', 'single', 'f8', 'double', 'b1', 'uint8', 'i1', 'int8', ...
        'i2', 'int16', 'i4', 'int32', 'i8', 'int64', 'u1', 'uint8', 'u2', 'uint16', ...
        'u4', 'uint32', 'u8', 'uint64');
    if isfield(classes, code{1})
        values = typecast(bytes(:)', classes.(code{1}));  % little-endian, as the machine is
        shape = double(record.shape(:)');
        order = max(2, numel(shape)):-1:1;                % C order: the last axis varies first
        arrays.(id) = permute(reshape(values, [fliplr(shape), ones(1, 2 - numel(shape))]), order);
        if numel(shape) == 1, arrays.(id) = values; end
    end
end
end

function [bytes, header] = read_member(path)
file = fopen(path, 'r');
all_bytes = fread(file, Inf, '*uint8');
fclose(file);
n_header = 10 + double(all_bytes(9)) + 256 * double(all_bytes(10));
header = char(all_bytes(11:n_header)');
bytes = all_bytes(n_header + 1:end);
end

function check(bytes, expected, id)
digest = typecast(java.security.MessageDigest.getInstance('SHA-256').digest(bytes), 'uint8');
assert(strcmp(sprintf('%02x', digest), expected), '%s is damaged', id);
end
