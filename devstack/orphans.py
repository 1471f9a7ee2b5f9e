"""Processes that an earlier run of this checkout left behind, when it was killed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psutil

from devstack.environment import OWNER
from devstack.paths import DevstackError

_PATIENCE = 5


def claim(file: Path, url: str) -> None:
    """Note that this process runs the stack. Raises DevstackError while another one does."""
    if file.exists():
        try:
            noted = json.loads(file.read_text())
            other = psutil.Process(noted["pid"])
            alive = other.create_time() == noted["started"] and other.pid != os.getpid()
        except (ValueError, KeyError, psutil.Error):
            alive = False
        if alive:
            raise DevstackError(f"Ebb is already running: {noted['url']} (process {other.pid}).")
    file.parent.mkdir(parents=True, exist_ok=True)
    me = psutil.Process()
    file.write_text(json.dumps({"pid": me.pid, "started": me.create_time(), "url": url}))


def stop_orphans(folder: Path) -> list[str]:
    """End every process that carries this folder's mark; their names."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(OWNER) == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    names = []
    for process in found:
        try:
            names.append(process.name())
            process.terminate()
        except psutil.Error:
            continue
    _, stubborn = psutil.wait_procs(found, timeout=_PATIENCE)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=_PATIENCE)
    return names
