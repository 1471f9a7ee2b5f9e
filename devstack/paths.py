"""Where things are kept: everything under `.data/` of the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".data"
DEV = DATA / "dev"
TEST = DATA / "test"
WEBAPP = ROOT / "webapp"


class DevstackError(SystemExit):
    """Something on this machine is in the way; the message says what, and what to do."""
