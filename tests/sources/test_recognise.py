"""What a file is that is not data, in words that a person can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from driada_widgets import LoadRequest, SourceSpec, check
from driada_widgets.core.errors import NotFoundError, NotThisFormatError
from driada_widgets.core.sources.recognise import not_found, refusal, refusal_of_message

MESSAGES = {
    "quota page": (
        b"\xef\xbb\xbf<HTML><head>\n<title>\nGoogle Drive &ndash; Quota\n exceeded</title>",
        "a web page, not NPZ; title: Google Drive – Quota exceeded; try again in about 24 h.",
    ),
    "page without title": (
        b"<!DOCTYPE html><p>hello",
        "a web page, not NPZ; download the data file itself.",
    ),
    "hostile title": (
        b"<html><title>\x1b[31m" + b"<img src=x onerror=alert(1)>" + b"A" * 500 + b"</title>",
        "a web page, not NPZ; title: [31m<img src=x onerror=alert(1)>" + "A" * 88 + "; download",
    ),
    "cut json": (
        b'{ "error": {"code": 404, "message": "File not found: 1a2b", "errors": [{"dom',
        "a JSON error message, not NPZ; error: File not found: 1a2b; download it again.",
    ),
    "json text": (
        b'{"error": "invalid_grant", "error_description": "expired"}',
        "a JSON error message, not NPZ; error: invalid_grant; download it again.",
    ),
    "xml": (
        b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>',
        "an XML error message, not NPZ; error: AccessDenied; download it again.",
    ),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_messages_of_servers_are_told(tmp_path: Path, kind: str) -> None:
    """A page or an error body gives its reason, on one line and without control characters."""
    content, expected = MESSAGES[kind]
    path = tmp_path / "recording.npz"
    path.write_bytes(content)

    error = refusal_of_message(path)

    assert isinstance(error, NotThisFormatError)
    assert f"recording.npz is {expected}" in str(error)


def test_missing_file_has_a_way_out(tmp_path: Path) -> None:
    """Who is told that a file is not there is told what to do, by the road too."""
    path = tmp_path / "gone.npz"

    with pytest.raises(NotFoundError, match=r"Data file not found: .*gone\.npz") as raised:
        check(LoadRequest(source=SourceSpec(path=path)))

    assert raised.value.fix == not_found(path).fix
    assert "connect the disk" in str(raised.value.fix)


def test_data_are_no_message(tmp_path: Path) -> None:
    """Data that mention errors or tags are no message of a server."""
    path = tmp_path / "recording.csv"
    for content in (b"error,speed\n1,2\n", b"a <html> tag\n", b'{"speed": [1]}', b""):
        path.write_bytes(content)

        assert refusal_of_message(path) is None


OTHERS = {
    b"MATLAB 7.3 MAT-file, HDF5": "a MATLAB file (version 7.3)",
    b"version https://git-lfs.github.com/spec/v1\n": "a Git LFS pointer, not the data",
    b"BZh91AY&SY": "a bzip2 file",
    b"\xfd7zXZ\x00\x00\x00": "an xz file",
    b"II*\x00\x08\x00\x00\x00": "a TIFF image",
    b"%PDF-1.7 ": "a PDF document",
    b"\x00\x00\x00\x18ftypmp42": "a video or sound",
    b"RIFF\x00\x00\x00\x00AVI ": "a video or sound",
    b"SQLite format 3\x00": "an SQLite database",
    b'[{"a": 1}, {"b": 2}]': "a JSON text",
    "Zeit;Wert\n1;2\n".encode("latin1"): "a text",
    b"speed\x00\x01\x02\x03": "binary data of an unknown kind",
    b"\xc3\x28\xa0\xa1" * 9: "binary data of an unknown kind",
    ("д" * 300).encode()[:599]: "a text",
}


@pytest.mark.parametrize(("content", "kind"), OTHERS.items(), ids=OTHERS.values())
def test_kinds_are_told(tmp_path: Path, content: bytes, kind: str) -> None:
    """Common files that are no data are told by their kind."""
    path = tmp_path / "recording"
    path.write_bytes(content)

    error = refusal(path, expected="NPZ")

    assert str(error).startswith(f"recording is {kind}, not NPZ; ")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"0.1,0.2\n1,2\n", "a CSV file, which this version does not read; first line: "),
        ("a.TSV", b"time\tcell\n", "a TSV file, which this version does not read; first line: "),
        ("a.nwb", b"\x89HDF\r\n\x1a\n", "an NWB file (HDF5), which this version does not read; "),
        ("a.h5", b"\x89HDF\r\n\x1a\n", "an HDF5 file, which this version does not read; save"),
        ("a.nwb", b"0.1,0.2\n1,2\n", "a text, not NWB; first line: "),
        ("a.csv", b"\x89HDF\r\n\x1a\n", "an HDF5 file, not CSV; save its arrays as NPZ"),
        ("a.xls", b"\xd0\xcf\x11\xe0" * 4, "an old Microsoft Office document, not a format that"),
    ],
)
def test_known_formats_are_called_by_their_name(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """A table is not told that it is none, and what to do about it is something that works."""
    path = tmp_path / name
    path.write_bytes(content)

    error = refusal(path)

    assert str(error).startswith(f"{name} is {said}")
    assert "NPZ" in str(error) or "choose a data file" in str(error)
    assert "as CSV" not in str(error)
