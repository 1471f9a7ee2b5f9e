"""Where things are kept: everything under `.data/` of the checkout, or where a test says."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("EBB_DEVSTACK_DATA") or ROOT / ".data")
DEV = DATA / "dev"
TEST = DATA / "test"
WEBAPP = ROOT / "webapp"


class DevstackError(SystemExit):
    """Something on this machine is in the way; the message says what, and what to do."""
