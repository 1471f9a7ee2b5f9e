"""What is logged as an error reaches Sentry with its stack and its ids, and without secrets."""

from __future__ import annotations

import gc
import logging
import secrets
import weakref
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from core import error_reports
from core.logs import get_logger, log_context
from core.secrets_filter import MASK, recognise
from core.settings import Settings
from core.version import VERSION
from tests.receiver import Receiver, receiver

log = get_logger("tests.errors")


@pytest.fixture
def sentry(settings: Settings) -> Iterator[Receiver]:
    with receiver() as made:
        dsn = SecretStr(made.dsn)
        error_reports.begin(settings.model_copy(update={"sentry_dsn": dsn}), "worker")
        yield made
        error_reports.end(0)


@pytest.fixture
def secret(known_secrets: Callable[..., None]) -> str:
    """A customer's key, known as the vault makes one known."""
    made = secrets.token_urlsafe(32)
    known_secrets(made)
    recognise(made)
    return made


def place_an_order(api_key: str) -> None:
    """Its frame holds the key, and its error names it."""
    headers = {"X-BAPI-API-KEY": api_key}
    raise ValueError(f"no order with {api_key}\nvalues: {headers}, 0.4 BTC")


def test_an_error_is_told_with_its_stack_and_without_what_its_frames_hold(
    sentry: Receiver, secret: str
) -> None:
    with log_context(job_id="a-job", epoch=3):
        try:
            place_an_order(secret)
        except ValueError:
            log.exception("job.failed", code=10001, api_secret=secret, text=f"with {secret}")
    error_reports.end(10)
    (event,) = sentry.events()

    assert event["release"] == f"ebb@{VERSION}"
    assert event["environment"] == "sandbox"
    assert event["tags"] == {"process": "worker", "job_id": "a-job", "epoch": "3"}
    assert event["logger"] == "tests.errors"
    assert event["logentry"]["message"] == "job.failed"
    assert event["extra"] == {"code": 10001, "api_secret": MASK, "text": f"with {MASK}"}
    (error,) = event["exception"]["values"]
    assert error["value"] == f"no order with {MASK}", "of its text the first line"
    frames = error["stacktrace"]["frames"]
    assert frames[-1]["function"] == "place_an_order"
    assert not any("vars" in frame for frame in frames)
    assert not {"request", "user", "modules"} & event.keys()
    assert event["breadcrumbs"] == {"values": []}
    assert sentry.secrets() == []


class Key:
    """Stands for a customer's."""


def test_what_the_frames_of_a_told_error_held_is_let_go(sentry: Receiver) -> None:
    held: list[weakref.ref[Key]] = []

    def fails() -> None:
        key = Key()
        held.append(weakref.ref(key))
        raise ValueError("no order")

    # What only the collector would free counts as kept.
    gc.disable()
    try:
        try:
            fails()
        except ValueError:
            # Not by the log: pytest keeps every record.
            error_reports._report({"event": "job.failed", "exc_info": True})
        assert held[0]() is None
    finally:
        gc.enable()
    error_reports.end(10)
    assert len(sentry.events()) == 1


def test_what_is_no_error_is_nobody_s_business(sentry: Receiver) -> None:
    log.warning("job.lease_lost")
    log.info("job.ended")
    error_reports.end(10)
    assert sentry.events() == []


def test_what_an_actor_failed_with_is_told_too(sentry: Receiver, secret: str) -> None:
    """Dramatiq logs it, as libraries do."""
    try:
        place_an_order(secret)
    except ValueError:
        dramatiq_s = logging.getLogger("dramatiq.worker.WorkerThread")
        dramatiq_s.error("Failed to process %s", "a message", exc_info=True)
    error_reports.end(10)
    (event,) = sentry.events()
    assert event["logentry"]["message"] == "Failed to process a message"
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert sentry.secrets() == []


def test_who_carries_reports_is_not_reported_on(sentry: Receiver) -> None:
    get_logger("opentelemetry.exporter").error("the collector is away")
    error_reports.end(10)
    assert sentry.events() == []
