"""A sign of life for the platform's probe: a file that is touched while the relay looks around.

It says that this process runs, not that PostgreSQL or Redis answer it: those come back by
themselves, and a restart would not bring them.
"""

from __future__ import annotations

from pathlib import Path

from core.logs import get_logger

log = get_logger(__name__)


def beat(file: Path | None) -> None:
    """Touch the file, if there is to be one. A disk that refuses must not stop the relay."""
    if file is None:
        return
    try:
        file.touch()
    except OSError as error:
        log.warning("worker.beat_failed", error=type(error).__name__)
