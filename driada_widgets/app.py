"""What a notebook or a Voila page shows, and the server that shows it."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import webbrowser
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from driada_widgets.core.errors import NotFoundError, ParameterError, StorageError, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from driada_widgets.panel.view import LoaderPanel

__all__ = ["panel", "serve", "server_command", "server_environment"]

ROOT_VARIABLE = "DRIADA_WIDGETS_ROOT"
PROFILE_VARIABLE = "DRIADA_WIDGETS_PROFILE"
UPLOAD_VARIABLE = "DRIADA_WIDGETS_UPLOAD_BYTES"
UPLOAD_BYTES = 64 * 2**20
"""Greatest file that the served page takes; larger ones are opened where they lie."""

START_SEC = 60.0
STOP_SEC = 15.0

_DATA = Path(__file__).parent / "data"
_SETTINGS = _DATA / "jupyter"
"""Holds ``voila.json``, which is read instead of the person's own, and our page template."""
_KEPT_VARIABLES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ"),
        *("TMPDIR", "TMP", "TEMP", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH"),
        *("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTPLIB2_CA_CERTS"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    }
)
_KEPT_PREFIXES = ("LC_", "XDG_", "CONDA_", "JUPYTER_", "OMP_", "OPENBLAS_", "MKL_", "DRIADA_")


def panel() -> LoaderPanel:
    """Make the panel, for the last line of a notebook's cell.

    Served by :func:`serve`, it reads and writes under the root that was given there, and shows
    the technician's screen if a profile was; in a notebook of one's own it may read what the
    account may read.

    Returns
    -------
    LoaderPanel
        The interactive loader.
    """
    from driada_widgets.panel.view import LoaderPanel

    root = os.environ.get(ROOT_VARIABLE)
    if not root:
        return LoaderPanel()
    os.chdir(root)  # a served kernel begins beside the notebook, inside the installed package
    return LoaderPanel(roots=[root], profile=os.environ.get(PROFILE_VARIABLE) or None)


def serve(
    root: str | Path | None = None,
    port: int | None = None,
    *,
    browser: bool = True,
    secret: bool = False,
    profile: str | Path | None = None,
    say: Callable[[str], object] = print,
) -> int:
    """Serve the panel with Voila on this machine until it is interrupted.

    Parameters
    ----------
    root
        Folder to read from and save to. ``None``: the current folder.
    port
        Port on the loopback address. ``None``: a free one.
    browser
        Open the page in the person's browser.
    secret
        Put a secret into the address, and refuse whoever does not know it: for machines on which
        other people have accounts.
    profile
        File of a profile: the page is the technician's screen.
    say
        Told the address.

    Returns
    -------
    int
        Exit status: 0 after an interruption, else Voila's own.

    Raises
    ------
    MissingPackageError
        If Voila is not installed.
    NotFoundError
        If ``root`` is not a folder, or there is no such profile.
    ParameterError
        If the port is taken, or the profile has a mistake.
    StorageError
        If Voila does not start.
    """
    for package in ("voila", "ipykernel"):
        if find_spec(package) is None:  # to import Voila here would double the start
            require(package, "serve the panel as a page", "app")
    folder = Path.cwd() if root is None else Path(root).expanduser().resolve()
    if not folder.is_dir():
        msg = f"The root {str(root)!r} is not a folder. Name a folder that exists."
        raise NotFoundError(msg, where=str(root))
    rules = _readable_profile(profile)
    token = secrets.token_urlsafe(24) if secret else ""
    chosen = _free_port(port)
    address = f"http://127.0.0.1:{chosen}/{f'?token={token}' if token else ''}"
    with _interruptible():
        # Voila runs a voila.py that lies in its current folder, and a data folder may hold one.
        process = subprocess.Popen(
            server_command(chosen, secret=secret),
            env=server_environment(folder, token, rules),
            cwd=_DATA,
        )
        try:
            _wait_until_open(process, chosen)
            say(f"DRIADA loader: {address}\nFolder: {folder}\nCtrl+C ends it.")
            if browser:
                webbrowser.open(address)
            return process.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            _stop(process)


def _readable_profile(profile: str | Path | None) -> Path | None:
    """Read a profile, so that its mistakes are told here and not in the page."""
    if profile is None:
        return None
    from driada_widgets.core.request.profile_text import read_profile

    file = Path(profile).expanduser().resolve()
    read_profile(file)
    return file


def server_command(port: int, notebook: Path | None = None, *, secret: bool = False) -> list[str]:
    """Give the command that serves the panel's notebook.

    Parameters
    ----------
    port
        Port on the loopback address.
    notebook
        Another notebook, with the same settings. ``None``: the panel's.
    secret
        Whether the address must hold the token of the environment.

    Returns
    -------
    list of str
        One notebook and no folder, no file beside it, no source and no traceback in the page;
        kernels whose page is gone end after a few minutes.
    """
    shown = notebook or _DATA / "panel.ipynb"
    command = [
        *(sys.executable, "-m", "voila", str(shown)),
        f"--Voila.config_file_paths={_SETTINGS}",
        f"--Voila.root_dir={shown.parent}",
        f"--port={port}",
        "--no-browser",
    ]
    if secret:
        command.append("--token")  # its value is in the environment: all can read a command line
    if _sockets_fit():  # other users of the machine could listen on a port
        command.append("--KernelManager.transport=ipc")
    return command


def _sockets_fit() -> bool:
    """Say whether kernels may speak through files: their paths may not exceed 107 bytes."""
    longest = Path(tempfile.gettempdir(), "voila_12345678", f"kernel-{'0' * 36}-ipc-5")
    return sys.platform == "linux" and len(os.fsencode(longest)) <= 107


def server_environment(root: Path, token: str, profile: Path | None = None) -> dict[str, str]:
    """Give the environment of the server and its kernels: an allow-list and what we add.

    Parameters
    ----------
    root
        Folder to read from and save to.
    token
        Secret that the address must hold; empty for none.
    profile
        File of the technician's profile, or ``None``.

    Returns
    -------
    dict
        Names and values. Secrets that happen to lie in this process's environment stay out.
    """
    from driada_widgets.core.store.pickled_apart import APART_VARIABLE

    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _KEPT_VARIABLES or name.upper().startswith(_KEPT_PREFIXES)
    }
    package = str(Path(__file__).parent.parent)  # a checkout that is not installed is found too
    return kept | {
        "JUPYTER_PATH": _joined(str(_SETTINGS), kept.get("JUPYTER_PATH")),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_TOKEN": token,
        "PYTHONPATH": _joined(kept.get("PYTHONPATH"), package),
        APART_VARIABLE: "apart",  # the page may be asked to open what strangers wrote
        ROOT_VARIABLE: str(root),
        PROFILE_VARIABLE: str(profile or ""),
        UPLOAD_VARIABLE: kept.get(UPLOAD_VARIABLE) or str(UPLOAD_BYTES),
    }


def _joined(*paths: str | None) -> str:
    return os.pathsep.join(path for path in paths if path)


def _free_port(port: int | None) -> int:
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port or 0))
        except (OSError, OverflowError) as error:
            reason = str(getattr(error, "strerror", None) or error).rstrip(".")
            msg = f"Port {port} cannot be used: {reason}. Choose another, or leave it out."
            raise ParameterError(msg, where="port") from error
        return int(probe.getsockname()[1])


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_SEC
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    ended = process.poll()
    state = f"ended with status {ended}" if ended is not None else "did not answer in time"
    msg = f"The server on port {port} {state}; its own words are above."
    raise StorageError(msg, where=str(port))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a plain *kill*, or the end of the terminal, stop the server as Ctrl+C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    is_main = threading.current_thread() is threading.main_thread()
    names = [name for name in ("SIGTERM", "SIGHUP") if is_main and hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    # What is ignored stays so: that is how nohup keeps a server after its terminal.
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End Voila, which ends its kernels; kernels also end by themselves when it is gone."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SEC)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
