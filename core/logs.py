"""Structured logs: one JSON object a line, with the request's or job's ids, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

from core.secrets_filter import MASK, scrub

Witness = Callable[[Mapping[str, Any]], object]
_witness: Witness | None = None


def witness_errors(witness: Witness | None) -> None:
    """Have every line of level error seen, with its fields and the error itself (`exc_info`),
    before it is scrubbed. The witness must not raise, and logs nothing."""
    global _witness  # noqa: PLW0603 - one for each process
    _witness = witness


def _have_it_seen(
    _logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if _witness is not None and method in ("error", "exception", "critical"):
        _witness(event)
    return event


_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    _have_it_seen,
    structlog.processors.format_exc_info,
]
# Their debug and info lines name every URL with its query, or every packet.
_QUIET = ("urllib3", "pybit", "werkzeug", "dramatiq.worker", "alembic")
# In an address of ours tickets and signatures stand in the query, and keys of exports in the path.
_QUERY = re.compile(r"\?[^\s'\"]+")
_LONG_PART = re.compile(r"(?<=/)[^\s/?'\"]{40,}")


def _scrub_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: scrub(value, key) for key, value in event.items()}


def configure_logs(level: str = "INFO", *, human: bool = False) -> None:
    """Route everything, third-party logs too, through one scrubbed handler on standard error."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if human
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _scrub_event,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class _WithoutKeysOfAddresses(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        said = _QUERY.sub("?…", record.getMessage())
        record.msg, record.args = _LONG_PART.sub(MASK, said), None
        return True


_WITHOUT_KEYS = _WithoutKeysOfAddresses()


def adopt(name: str) -> None:
    """Have a server's own logger, which has a handler of its own and tells whole addresses, write
    as everything else does. Safe to repeat."""
    logger = logging.getLogger(name)
    logger.handlers.clear()
    logger.propagate = True
    # The root's level is everybody's.
    logger.setLevel(logging.NOTSET)
    logger.addFilter(_WITHOUT_KEYS)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose keyword arguments become fields."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Put ids (request_id, job_id, worker) on every line written inside, in this thread."""
    with structlog.contextvars.bound_contextvars(**fields):
        yield
