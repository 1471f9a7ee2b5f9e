"""A folder that the processes of one server share, new with each of its starts.

gunicorn and Dramatiq start their processes as children of one: its number and the moment it began
name the folder, so none is found there from before, and nobody has to pass it on.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from core.logs import get_logger

log = get_logger(__name__)

_PREFIX = "ebb-metrics"


def shared_folder() -> Path | None:
    """Of this process and its siblings, made if need be; None where it can't be. Those whose
    server is gone are removed."""
    parent = os.getppid()
    root = Path(tempfile.gettempdir())
    # Numbers of processes are told apart by their namespace, for containers with one /tmp.
    kin = f"{_PREFIX}-{os.getuid()}-{_namespace()}-"
    folder = root / f"{kin}{parent}-{_began(parent)}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
            raise PermissionError("another's")
        _remove_the_outlived(root, kin)
    except OSError as error:
        log.warning("metrics.not_shared", error=type(error).__name__)
        return None
    return folder


def _remove_the_outlived(root: Path, kin: str) -> None:
    for other in root.glob(f"{kin}*"):
        number, _, began = other.name.removeprefix(kin).partition("-")
        if number.isdecimal() and _began(int(number)) != began:
            shutil.rmtree(other, ignore_errors=True)


def _began(process: int) -> str:
    """When a process began, in ticks since the machine did; "gone" if it is not there, or where
    there is no /proc."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return "gone"
    # The name before it, in brackets, may hold anything.
    return told.rpartition(")")[2].split()[19]


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return "0"
