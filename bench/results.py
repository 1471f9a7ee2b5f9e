"""What was measured, kept in `artifacts/bench.json` with the machine and the time of each."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bench.rows import Row
from devstack.paths import ROOT
from devstack.postgres import PROGRAMS

_FILE = ROOT / "artifacts" / "bench.json"
_TOLD = (
    "flask",
    "gunicorn",
    "dramatiq",
    "sqlalchemy",
    "psycopg2-binary",
    "redis",
    "pybit",
    "websockets",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of one measure, and how busy the machine was just after it."""

    rows: Sequence[Row]
    at: str
    load: float


def keep(name: str, rows: Sequence[Row]) -> None:
    """Put a measure's rows in place of what was kept of it."""
    everything = _read()
    everything[name] = {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "load": os.getloadavg()[0],
        "rows": [asdict(row) for row in rows],
    }
    _FILE.parent.mkdir(exist_ok=True)
    _FILE.write_text(json.dumps(everything, indent=1, ensure_ascii=False))


def kept(names: Iterable[str]) -> list[Kept]:
    """What is kept of these measures, in their order."""
    everything = _read()
    return [
        Kept([Row(**row) for row in found["rows"]], found["at"], found["load"])
        for name in names
        if (found := everything.get(name)) is not None
    ]


def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text()) if _FILE.exists() else {}
    return found


def machine() -> str:
    """What it was measured on, in one line."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _TOLD)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Linux {platform.release().split('-')[0]},"
        f" Python {platform.python_version()}, {_postgres()}; {versions}"
    )


def _postgres() -> str:
    program = str(PROGRAMS / "postgres")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.replace("(PostgreSQL) ", "").replace("postgres", "PostgreSQL").strip()
