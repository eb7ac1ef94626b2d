"""The server of the panel: what it gives away, what it refuses, and that it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError

import pytest

from driada_widgets import app
from driada_widgets.core.errors import MissingPackageError, NotFoundError, ParameterError

REPOSITORY = Path(__file__).parent.parent
PATIENCE_SEC = 60
"""How long is waited for what must come; a slow machine is no failure."""


@contextmanager
def served(root: Path, *, secret: bool = False) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run ``serve`` as the command line does; give the address that it prints.

    Its temporary folder is ``root``, so that the commands of its kernels name it.
    """
    code = f"from driada_widgets.app import serve; serve({str(root)!r}, browser=False, {secret=})"
    process = subprocess.Popen(
        [sys.executable, "-u", "-W", "ignore", "-c", code],
        env=os.environ | {"TMPDIR": str(root), "PLANTED_SECRET": "do-not-show"},
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split(": ", 1)[1].strip(), process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_SEC)
        if process.stdout is not None:
            process.stdout.close()


def fetch(address: str, host: str | None = None) -> tuple[int, str]:
    """Get a page; give its status and text."""
    request = urllib.request.Request(address, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SEC) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def processes_with(text: str) -> list[str]:
    """List the commands that run and hold a text."""
    listed = subprocess.run(
        ["ps", "-axww", "-o", "args"], capture_output=True, text=True, check=True
    )
    return [line for line in listed.stdout.splitlines() if text in line]


@pytest.fixture
def root() -> Iterator[Path]:
    """Give a folder with a short path: sockets do not fit under pytest's own."""
    with tempfile.TemporaryDirectory(prefix="dw") as folder:
        yield Path(folder)


def test_page_is_served_and_ends(root: Path) -> None:
    """One page, no link to another server, no file beside it; nothing runs on afterwards."""
    with served(root) as (address, process):
        status, page = fetch(address)
        links = re.findall(r"(?:src|href)=[\"']((?:https?:)?//[^\"']*)", page)
        outside = [link for link in links if "127.0.0.1" not in link]

        assert status == 200
        assert "There was an error when executing cell" not in page
        assert "application/vnd.jupyter.widget-view+json" in page
        assert "<title>DRIADA loader</title>" in page
        assert outside == []
        assert "_xsrf=" in page
        assert fetch(f"{address}voila/files/panel.ipynb")[0] == 403
        assert fetch(f"{address}voila/files/demo.npz")[0] == 403
        assert fetch(address, host="example.org")[0] == 403
        assert len(processes_with(f"{root}/voila_")) == 1

        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SEC) == 0

    end = time.monotonic() + PATIENCE_SEC
    while (left := processes_with(str(root))) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []


def test_secret_is_asked_for(root: Path) -> None:
    """With a secret, who does not know it sees a login page and no kernel starts."""
    with served(root, secret=True) as (address, _process):
        bare, _, token = address.partition("?token=")

        assert len(token) >= 32
        assert "application/vnd.jupyter.widget-view+json" not in fetch(bare)[1]
        assert processes_with(token) == []
        assert "application/vnd.jupyter.widget-view+json" in fetch(address)[1]


def test_environment_is_an_allow_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Secrets of the shell do not reach the kernels; what Python and Jupyter need does."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "do-not-show")
    monkeypatch.setenv("JUPYTER_PATH", "/opt/jupyter")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    environment = app.server_environment(tmp_path, "t0ken")

    assert "do-not-show" not in environment.values()
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["LC_ALL"] == "C.UTF-8"
    assert environment["JUPYTER_TOKEN"] == "t0ken"
    assert environment["JUPYTER_PATH"].endswith(f"data/jupyter{os.pathsep}/opt/jupyter")
    assert environment[app.ROOT_VARIABLE] == str(tmp_path)


def test_long_temporary_folder_needs_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the path of a socket would be too long, kernels are reached through ports."""
    monkeypatch.setattr(tempfile, "tempdir", "/tmp/" + "long" * 20)

    assert "--KernelManager.transport=ipc" not in app.server_command(8866)


def test_pages_that_answer_stay_connected() -> None:
    """A page is dropped after several pings without an answer, not at the first ping."""
    settings = json.loads((app._SETTINGS / "voila.json").read_text(encoding="utf-8"))
    tornado = settings["Voila"]["tornado_settings"]

    assert tornado["ws_ping_timeout"] >= 3 * tornado["ws_ping_interval"] > 0


def test_settings_ship_with_the_package() -> None:
    """Kernels are culled, nothing is shown that should not be, uploads fit their limit."""
    settings = json.loads((app._SETTINGS / "voila.json").read_text(encoding="utf-8"))
    largest = settings["Voila"]["tornado_settings"]["websocket_max_message_size"]

    assert settings["MappingKernelManager"]["cull_idle_timeout"] == 300
    assert settings["VoilaConfiguration"]["file_allowlist"] == []
    assert not settings["VoilaConfiguration"]["show_tracebacks"]
    assert largest == app.UPLOAD_BYTES + app.UPLOAD_BYTES // 3 + 2**20


def test_the_two_notebooks_are_one() -> None:
    """The notebook for Binder and Lab is the one that the package serves."""
    ours = (REPOSITORY / "driada_widgets" / "data" / "panel.ipynb").read_text(encoding="utf-8")

    assert (REPOSITORY / "notebooks" / "panel.ipynb").read_text(encoding="utf-8") == ours


def test_root_must_be_a_folder(tmp_path: Path) -> None:
    """A root that is not there is refused before anything starts."""
    with pytest.raises(NotFoundError, match="'nowhere' is not a folder"):
        app.serve("nowhere", browser=False, say=pytest.fail)


@pytest.mark.parametrize("port", [None, 99_999], ids=["taken", "impossible"])
def test_port_that_cannot_be_used_is_refused(port: int | None, tmp_path: Path) -> None:
    """The message names the port and says what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        tried = port or other.getsockname()[1]

        with pytest.raises(ParameterError, match=f"Port {tried} cannot be used") as raised:
            app.serve(tmp_path, port=tried, browser=False, say=pytest.fail)

        assert "Errno" not in str(raised.value)


@pytest.mark.parametrize("package", ["voila", "ipykernel"])
def test_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str
) -> None:
    """Without the extra the message says what to install."""
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(app, "find_spec", lambda name: None if name == package else name)

    with pytest.raises(MissingPackageError, match=r"driada-widgets\[app\]"):
        app.serve(tmp_path, browser=False, say=pytest.fail)


def test_panel_works_under_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A served panel reads and writes in the folder that was given, and nowhere else."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv(app.ROOT_VARIABLE, str(tmp_path))

    made = app.panel()

    assert Path.cwd() == tmp_path.resolve()
    assert made.state.roots.folders == (tmp_path.resolve(),)


def test_profile_is_read_before_the_server_starts(tmp_path: Path) -> None:
    """A mistake in a profile is told in the terminal, where its author is."""
    (tmp_path / "rig.yaml").write_text("profile: 1\ntitle: Rig\nfre: []\n", encoding="utf-8")

    with pytest.raises(NotFoundError, match="no profile"):
        app.serve(tmp_path, browser=False, profile=tmp_path / "none.yaml", say=pytest.fail)
    with pytest.raises(ParameterError, match=r"rig\.yaml: fre \(line 3\).*'free'"):
        app.serve(tmp_path, browser=False, profile=tmp_path / "rig.yaml", say=pytest.fail)


def test_profile_reaches_the_page(tmp_path: Path) -> None:
    """The kernel gets the file's name by its environment; without one, none of the shell's."""
    environment = app.server_environment(tmp_path, "", tmp_path / "rig.yaml")

    assert environment[app.PROFILE_VARIABLE] == str(tmp_path / "rig.yaml")
    assert app.server_environment(tmp_path, "")[app.PROFILE_VARIABLE] == ""
