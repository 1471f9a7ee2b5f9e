"""What this process tells others of itself: spans to a collector, errors to Sentry. Both are off
unless configured."""

from __future__ import annotations

from core import error_reports, tracing
from core.settings import Settings

LAST_WORDS_SECONDS = 1.5
"""For each of the two, at the end: a platform kills thirty seconds after it asked."""


def begin(settings: Settings, process: str) -> None:
    """From now on; after the process was forked, since both send from threads of their own.
    `process` is web or worker."""
    error_reports.begin(settings, process)
    tracing.begin(settings, process)


def end() -> None:
    """Send what is left."""
    error_reports.end(LAST_WORDS_SECONDS)
    tracing.end(LAST_WORDS_SECONDS)
