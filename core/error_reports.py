"""Errors told to Sentry: what is logged as an error, with its stack, without secrets.

Off unless configured: then nothing of the SDK is imported. It is given none of its integrations:
they would keep breadcrumbs of other people's requests, the bodies and headers of this one, the
process's arguments, and (for removing doubles) the last error itself, whose frames hold keys. What
is to be told is logged, and the log is where it is taken from.

To report never raises and never waits: a thread of the SDK's sends, and drops what is too much.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from core.logs import witness_errors
from core.secrets_filter import scrub
from core.settings import Settings
from core.version import VERSION

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

_TAGS = ("request_id", "job_id", "epoch")
_OWN = ("event", "exc_info", "level", "logger", "timestamp", "stack_info")
# What carries reports fails by itself; to report that would go round in circles.
_CARRIERS = ("sentry_sdk", "opentelemetry", "urllib3")


def begin(settings: Settings, process: str) -> None:
    """Report errors from now on, if there is somebody to tell. After the process was forked;
    `process` is web or worker."""
    if settings.sentry_dsn is None:
        return
    import sentry_sdk  # noqa: PLC0415 - costs nothing where it is off

    sentry_sdk.init(
        settings.sentry_dsn.get_secret_value(),
        release=f"ebb@{VERSION}",
        environment=settings.environment.value,
        default_integrations=False,
        auto_enabling_integrations=False,
        # What tells of people (`send_default_pii`) is off unless asked for.
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=_scrubbed,
        before_breadcrumb=lambda _crumb, _hint: None,
        auto_session_tracking=False,
        propagate_traces=False,
        enable_metrics=False,
        spotlight=False,
        debug=False,
    )
    # The others belong to a thread.
    sentry_sdk.get_global_scope().set_tag("process", process)
    witness_errors(_report)


def end(seconds: float) -> None:
    """Send what is left, for so long at most."""
    witness_errors(None)
    sdk = sys.modules.get("sentry_sdk")
    if sdk is not None:
        with suppress(Exception):
            sdk.get_client().close(timeout=seconds)


def _report(line: Mapping[str, Any]) -> None:
    """A line of the log, before its error was made a text."""
    logger = str(line.get("logger", ""))
    if logger.startswith(_CARRIERS):
        return
    with suppress(Exception):
        import sentry_sdk  # noqa: PLC0415
        from sentry_sdk.utils import event_from_exception  # noqa: PLC0415

        event: dict[str, Any] = {"level": "error"}
        error = _error_of(line.get("exc_info"))
        if error is not None:
            options = sentry_sdk.get_client().options
            made, _ = event_from_exception(error, client_options=options)
            event.update(made)
        event |= {
            "logger": logger,
            "logentry": {"message": str(line.get("event", ""))},
            "tags": {name: str(line[name]) for name in _TAGS if name in line},
            "extra": {
                name: value
                for name, value in line.items()
                if name not in (*_OWN, *_TAGS) and not name.startswith("_")
            },
        }
        # Without the hint, which would carry the error.
        sentry_sdk.capture_event(cast("Event", event))


def _error_of(told: object) -> BaseException | None:
    """Of what `exc_info` may be: an error, a triple, or True for the one being handled."""
    if isinstance(told, BaseException):
        return told
    if isinstance(told, tuple):
        return cast("BaseException | None", told[1])
    return sys.exc_info()[1] if told else None


def _scrubbed(event: Event, _hint: Hint) -> Event:
    """Of an error's text the first line: in the others are the values that a statement was made
    with, or that were found wrong."""
    shown = cast("dict[str, Any]", scrub(event))
    for error in shown.get("exception", {}).get("values", ()):
        error["value"] = str(error.get("value") or "").partition("\n")[0]
    return cast("Event", shown)
