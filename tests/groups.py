"""Which tests run in one test process, one after another, which come first, and whose lines count.

pytest-xdist's own `--dist loadgroup` reads the group from a suffix that pytest 9.2 no longer lets
it write: every test would go where there is room, and each process would start a stack.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadGroupScheduling

# Tests that share a running stack: the first that a test's id begins with.
_GROUPS = {
    "tests/browser/": "browser",
    "tests/live/": "live",
    "tests/realtime/": "realtime",
    "tests/deploy/test_pgbouncer.py": "pgbouncer",
    # Tables that take seconds to fill.
    "tests/trading/test_search.py": "search",
    "tests/security/test_brute_force.py": "brute force",
    # Six forking workers, which take their time to start.
    "tests/faults/test_boundaries.py": "faults",
    "tests/faults/test_cancel_after_a_strike.py": "faults",
}
# Minutes each: begun late, one process would work on them alone at the end.
_LONG = (
    "tests/faults/",
    "tests/browser/",
    "tests/live/",
    "tests/realtime/",
    "tests/devstack/test_up.py",
    "tests/trading/test_random_books.py",
    "tests/security/test_document.py",
)
# What has a threshold is not what these are about. Counting lines makes them half as long again.
_UNCOUNTED = (
    "tests/bench/",
    "tests/bot/",
    "tests/browser/",
    "tests/community/",
    "tests/core/",
    "tests/deploy/",
    "tests/devstack/",
    "tests/docs/",
    "tests/faults/",
    "tests/identity/",
    "tests/live/",
    "tests/models/",
    "tests/realtime/",
    "tests/sandbox/",
    "tests/security/",
    "tests/telegram/",
    # The same lines five hundred times.
    "tests/trading/test_random_books.py",
)


class ByGroup(LoadGroupScheduling):
    """A group goes to one process as a whole; every other test goes alone."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for start, group in _GROUPS.items() if nodeid.startswith(start)), nodeid)


def count_lines_where_it_matters(items: list[pytest.Item]) -> None:
    """Of what the Makefile asks a coverage for."""
    for item in items:
        if item.nodeid.startswith(_UNCOUNTED):
            item.add_marker("no_cover")


def long_ones_first(items: list[pytest.Item]) -> None:
    """Sorts what was collected: those in the order of the list, then the others in their own."""

    def place(item: pytest.Item) -> int:
        places = (at for at, start in enumerate(_LONG) if item.nodeid.startswith(start))
        return next(places, len(_LONG))

    items.sort(key=place)
