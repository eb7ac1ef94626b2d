"""Servers for the browser: started on free ports, ended as a group however a test ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from driada_widgets.app import server_command, server_environment
from driada_widgets.panel.memory import STATE_VARIABLE

__all__ = ["free_port", "jupyterlab", "running", "voila", "write_notebook"]

START_SEC = 60.0


def free_port() -> int:
    """Give a port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_notebook(path: Path, code: str) -> Path:
    """Write a notebook of one cell."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "only",
        "metadata": {},
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {
        "cells": [{**cell, "outputs": [], "source": code}],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@contextmanager
def running(
    command: list[str], port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator[None]:
    """Run a server until the block ends; nothing of its group outlives it."""
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_open(process, port, log)
        yield
    finally:
        _end(process)


@contextmanager
def voila(notebook: Path, root: Path, profile: Path | None = None) -> Iterator[str]:
    """Serve a notebook as the application does, with a memory of its own; give its address."""
    port = free_port()
    environment = server_environment(root, "", profile) | {
        STATE_VARIABLE: str(notebook.parent / f"state-{port}")
    }
    with running(server_command(port, notebook), port, root, environment):
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Serve a folder with JupyterLab; give its address without the path."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        f"--port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        "--IdentityProvider.token=",
        "--LabApp.news_url=",
        "--expose-app-in-browser",
    ]
    private = folder / ".jupyter-of-test"
    quiet = private / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    settings = '{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}'
    (quiet / "notification.jupyterlab-settings").write_text(settings, encoding="utf-8")
    environment = server_environment(folder, "") | {
        "JUPYTER_CONFIG_DIR": str(private),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        STATE_VARIABLE: str(private / "state"),
    }
    del environment["JUPYTER_TOKEN"]
    with running(command, port, folder, environment):
        yield f"http://127.0.0.1:{port}"


def _wait_until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SEC
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    msg = f"The server did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}"
    raise RuntimeError(msg)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask first, so that the server ends its kernels; then make sure."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
