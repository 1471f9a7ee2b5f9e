"""What the processes of one server count is added up: each writes a file of a folder they share.

gunicorn and Dramatiq start their processes as children of one: its number and the moment it began
name the folder, so it is new with each start of the server, and nobody has to pass it on. Within
it a process holds a place, by a lock that ends with it; whoever comes after it counts on in its
file. So there are as many files as processes at once, however often they are replaced.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path

from core.logs import get_logger
from core.metrics import share

log = get_logger(__name__)

_PREFIX = "ebb-metrics"
_MOST = 1000
# A write to a page that a full disk has no room for would kill the process: it is taken before.
_ROOM = {"histogram": 4 << 20, "counter": 1 << 16}


def join_siblings() -> None:
    """Count together with them from now on; alone, where they can't share a folder. Once in a
    process, before anything is counted."""
    try:
        folder = shared_folder()
        place = _take_place(folder)
        for kind, size in _ROOM.items():
            _reserve(folder / f"{kind}_{place}.db", size)
    except (OSError, AttributeError) as error:
        # AttributeError: a system that can't reserve room. It is for development at most.
        log.warning("metrics.not_shared", error=type(error).__name__)
        return
    share(folder, place)


def shared_folder() -> Path:
    """Of this process and its siblings, made if need be. Those whose server is gone are removed.
    Raises OSError."""
    parent = os.getppid()
    root = Path(tempfile.gettempdir())
    # Numbers of processes are told apart by their namespace, for containers with one /tmp.
    kin = f"{_PREFIX}-{os.getuid()}-{_namespace()}-"
    folder = root / f"{kin}{parent}-{_began(parent)}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise PermissionError("another's")
    _remove_the_outlived(root, kin)
    return folder


def _take_place(folder: Path) -> int:
    """The first that nobody holds; held until this process ends."""
    for place in range(_MOST):
        lock = os.open(folder / f"{place}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return place
    raise OSError("there are too many")


def _reserve(file: Path, size: int) -> None:
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(opened, 0, size)
    finally:
        os.close(opened)


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
