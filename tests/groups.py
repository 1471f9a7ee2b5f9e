"""Which tests run in one test process, one after another, because they share a running stack.

pytest-xdist's own `--dist loadgroup` reads the group from a suffix that pytest 9.2 no longer lets
it write: every test would go where there is room, and each process would start a stack.
"""

from __future__ import annotations

from xdist.scheduler import LoadGroupScheduling

# The first that a test's id begins with.
_GROUPS = {
    "tests/browser/": "browser",
    "tests/live/": "live",
    "tests/faults/test_storm.py": "live",
    "tests/faults/test_mutants.py": "faults",
    "tests/faults/test_cancel_after_a_strike.py": "faults",
    "tests/faults/test_boundaries.py": "faults",
}


class ByGroup(LoadGroupScheduling):
    """A group goes to one process as a whole; every other test goes alone."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for start, group in _GROUPS.items() if nodeid.startswith(start)), nodeid)
