"""Files that a person sends: received in pieces, kept under a root, never over another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driada_widgets.app import server_environment
from driada_widgets.core.errors import FileTooLargeError, LoaderError, StorageError
from driada_widgets.panel.uploader import Uploader
from driada_widgets.panel.uploads import (
    UPLOAD_BYTES,
    UPLOAD_VARIABLE,
    Upload,
    safe_name,
    upload_limit,
)
from tests.panels import make_panel, write_recording
from tests.widgets import choose, find, gesture, text_of, unexpected


def sent(name: str, content: bytes) -> Upload:
    """Give a complete upload."""
    upload = Upload(name, len(content))
    if content:
        upload.receive(content)
    return upload


def send(widget: Any, name: str, content: bytes, piece: int = 10_000) -> None:
    """Do what the page does: begin, then each piece that is asked for."""
    gesture(widget, {"event": "begin", "name": name, "size": len(content)})
    for start in range(0, len(content), piece):
        data = {"method": "custom", "content": {"event": "piece", "from": start}}
        message = {"comm_id": widget.comm.comm_id, "data": data}
        part = memoryview(content[start : start + piece])
        widget._handle_msg({"content": message, "buffers": [part]})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mouse 12.npz", "mouse 12.npz"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\mouse.npz", "mouse.npz"),
        ("<img src=x onerror=alert(1)>.npz", "_img src=x onerror=alert(1)_.npz"),
        ("\u202eevil\u05d0.npz", "_evil\u05d0.npz"),
        ("..", "recording"),
        ("", "recording"),
        ("CON.npz", "file_CON.npz"),
        ("a..b.npz", "file_a__b.npz"),
        ("%2e%2e%2fx.npz", "_2e_2e_2fx.npz"),
        ("x" * 300 + ".npz", "x" * 106 + ".npz"),
        ("Ж" * 200 + ".npz", "Ж" * 53 + ".npz"),
        ("a\0\n.npz", "a__.npz"),
    ],
)
def test_names_are_made_safe(given: str, expected: str) -> None:
    """A name is a name on every system, never a path, and keeps its ending."""
    assert safe_name(given) == expected


def test_file_is_kept_whole_and_alone(tmp_path: Path) -> None:
    """It lies in the uploads folder, byte for byte, with nothing else beside it."""
    path = sent("a.npz", b"12345").keep(tmp_path)

    assert path == tmp_path / "uploads" / "a.npz"
    assert path.read_bytes() == b"12345"
    assert [each.name for each in path.parent.iterdir()] == ["a.npz"]


def test_another_file_of_that_name_is_not_overwritten(tmp_path: Path) -> None:
    """The second gets a number; the same one again is the one that is there."""
    first = sent("a.npz", b"one").keep(tmp_path)
    second = sent("a.npz", b"two").keep(tmp_path)
    again = sent("a.npz", b"two").keep(tmp_path)

    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert second.name == "a (2).npz"
    assert again == second


def test_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is an error, and no empty file stays under the name."""

    def refuse(*_: object, **__: object) -> None:
        msg = "no room"
        raise StorageError(msg)

    monkeypatch.setattr("driada_widgets.panel.uploads.write_atomically", refuse)

    with pytest.raises(StorageError, match="no room"):
        sent("a.npz", b"one").keep(tmp_path)

    assert list((tmp_path / "uploads").iterdir()) == []


def test_uploads_folder_that_leads_outside_is_refused(tmp_path: Path) -> None:
    """A link is what it points to."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "uploads").symlink_to(tmp_path)

    with pytest.raises(StorageError, match="outside"):
        sent("a.npz", b"one").keep(root)

    assert sorted(each.name for each in tmp_path.iterdir()) == ["root"]


def test_too_large_a_file_is_refused_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the file, its size and the limit, which comes from the environment."""
    monkeypatch.setenv(UPLOAD_VARIABLE, "1000")

    with pytest.raises(FileTooLargeError, match=r"'big\.npz' has 1\.0 kB; .* up to 1\.0 kB"):
        Upload("big.npz", 1001)

    assert upload_limit() == 1000
    assert Upload("fits.npz", 1000).n_bytes == 1000


@pytest.mark.parametrize("text", ["", "many", "-5"])
def test_limit_that_cannot_be_read_is_the_usual_one(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A misspelt setting must not open the door."""
    monkeypatch.setenv(UPLOAD_VARIABLE, text)

    assert upload_limit() == 64 * 2**20


def test_more_or_less_than_was_told_is_refused(tmp_path: Path) -> None:
    """A file that changes while it is sent is not kept."""
    upload = Upload("a.npz", 4)
    upload.receive(b"123")

    with pytest.raises(LoaderError, match="3 of 4"):
        upload.keep(tmp_path)
    with pytest.raises(LoaderError, match="changed"):
        upload.receive(b"45")


def test_pieces_are_asked_for_one_by_one() -> None:
    """The page holds one piece at a time, and hears when all came."""
    came: list[Upload] = []
    widget = Uploader([".npz"], on_upload=came.append, on_error=unexpected)

    send(widget, "a.npz", b"x" * 25_000)

    said = [m["data"]["content"] for m in widget.comm.sent if m["data"].get("method") == "custom"]
    assert [each.get("ask") for each in said] == [0, 10_000, 20_000, None]
    assert [(each.name, each.n_received) for each in came] == [("a.npz", 25_000)]


def test_uploaded_file_is_opened_like_any_other(tmp_path: Path) -> None:
    """After the upload the panel is at step Map, on the file under its root."""
    content = write_recording(tmp_path).read_bytes()
    panel = make_panel(tmp_path)
    choose(find(panel, "dw-source-kind"), "File on this computer or server")

    send(find(panel, "dw-upload"), "../from home.npz", content)

    snapshot = panel.state.snapshot
    assert snapshot.step == "map"
    assert snapshot.request.source.path == tmp_path / "uploads" / "from home.npz"
    assert "uploaded uploads/from home.npz" in "\n".join(snapshot.log)


def test_limit_and_reason_are_said_before_the_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence stands beside the control; a larger file is an error in the step."""
    monkeypatch.setenv(UPLOAD_VARIABLE, "5000")
    panel = make_panel(tmp_path)
    choose(find(panel, "dw-source-kind"), "File on this computer or server")
    said = text_of(panel)

    gesture(find(panel, "dw-upload"), {"event": "begin", "name": "<b>.npz", "size": 5001})

    assert "up to 5.0 kB" in said
    assert "because" in said
    assert "&lt;b&gt;" in text_of(find(panel, "dw-error"))
    assert not (tmp_path / "uploads").exists()


def test_served_page_has_the_same_limit_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server hands its kernels the person's own limit, else the usual one."""
    monkeypatch.delenv(UPLOAD_VARIABLE, raising=False)
    usual = server_environment(Path(), "")[UPLOAD_VARIABLE]
    monkeypatch.setenv(UPLOAD_VARIABLE, "1000")
    told = server_environment(Path(), "")[UPLOAD_VARIABLE]

    assert (usual, told) == (str(UPLOAD_BYTES), "1000")
