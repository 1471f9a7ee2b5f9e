"""Search the logs of a test run for every secret that the run used."""

from __future__ import annotations

from pathlib import Path

from devstack.paths import DevstackError

_SHORTEST = 8


def search(logs: Path, secrets: Path) -> str:
    """What was searched, for a person. Raises DevstackError naming file and line of a find, and
    when there is nothing to search: a check that can't fail is none."""
    known = sorted({line for line in secrets.read_text().splitlines() if len(line) >= _SHORTEST})
    files = sorted(file for file in logs.rglob("*") if file.is_file() and file.stat().st_size)
    if not known or not files:
        raise DevstackError("No logs or no secrets were recorded: the search would prove nothing.")
    finds = []
    lines = 0
    for file in files:
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), start=1):
            lines += 1
            if any(secret in line for secret in known):
                finds.append(f"{file.name}:{number}")
    if finds:
        raise DevstackError(f"A secret stands in the logs: {', '.join(finds[:20])}")
    return f"no secret in {lines} log lines of {len(files)} files ({len(known)} secrets sought)"
