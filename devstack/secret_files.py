"""Secrets of a development machine: made once, kept in files that only their owner reads."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def read_or_make(file: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Random secrets by name, the same ones again on the next call."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = [name for name in names if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(36) for name in missing}
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as stream:
            json.dump(known, stream)
    return known
