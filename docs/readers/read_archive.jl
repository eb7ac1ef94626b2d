# Read an experiment saved by driada_widgets.
# ] add ZipFile JSON
using SHA, ZipFile, JSON

const CLASSES = Dict("f4" => Float32, "f8" => Float64, "b1" => Bool, "i1" => Int8, "i2" => Int16,
                     "i4" => Int32, "i8" => Int64, "u1" => UInt8, "u2" => UInt16, "u4" => UInt32,
                     "u8" => UInt64, "c8" => ComplexF32, "c16" => ComplexF64)

"""Give the arrays by their real names, and the manifest; text arrays are left out."""
function read_archive(path)
    zip = ZipFile.Reader(path)
    members = Dict(file.name => read(file) for file in zip.files)
    close(zip)
    text = members["manifest.json"]
    # The comment of the zip, the last 64 bytes of the file, is the digest of the manifest.
    bytes2hex(sha256(text)) == String(read(path)[end-63:end]) || error("the manifest is damaged")
    manifest = JSON.parse(String(copy(text)))
    names = Dict(f["id"] => f["name"] for f in manifest["experiment"]["features"])
    arrays = Dict{String,Any}()
    for (id, record) in manifest["arrays"]
        member = members[id * ".npy"]
        n_header = 10 + Int(member[9]) + 256 * Int(member[10])
        data = member[n_header+1:end]
        bytes2hex(sha256(data)) == record["sha256"] || error("$id is damaged")
        class = get(CLASSES, record["dtype"][2:end], nothing)
        class === nothing && continue
        shape = Tuple(Int.(record["shape"]))
        values = reshape(collect(reinterpret(class, data)), reverse(shape))
        # C order: the last axis varies first, so axes come out reversed.
        arrays[get(names, id, id)] = length(shape) < 2 ? values : permutedims(values, length(shape):-1:1)
    end
    return arrays, manifest
end

if abspath(PROGRAM_FILE) == @__FILE__
    arrays, manifest = read_archive(ARGS[1])
    println(manifest["experiment"]["signature"])
    foreach(((name, array),) -> println(name, ": ", eltype(array), " ", size(array)), arrays)
end
