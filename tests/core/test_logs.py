"""A log line is one JSON object with its ids; what libraries write goes the same way."""

from __future__ import annotations

import io
import json
import logging
import secrets
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from core.logs import adopt, configure_logs, get_logger, log_context
from core.secrets_filter import MASK, remember


class Written(io.StringIO):
    """What was logged, parsed."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    target = Written()
    monkeypatch.setattr("sys.stderr", target)
    configure_logs("INFO")
    yield target
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_says_what_where_when_and_how_serious(written: Written) -> None:
    get_logger("ebb.test.line").info("job planned", legs=3)
    (line,) = written.lines
    assert (line["event"], line["logger"], line["level"]) == (
        "job planned",
        "ebb.test.line",
        "info",
    )
    assert line["legs"] == 3
    assert line["timestamp"].endswith("Z")


def test_ids_stand_on_every_line_inside_their_context_and_on_none_outside(
    written: Written,
) -> None:
    log = get_logger("ebb.test.context")
    with log_context(request_id="r1"):
        with log_context(job_id="j1"):
            log.info("inner")
            logging.getLogger("elsewhere").warning("theirs")
        log.info("outer")
    log.info("after")
    ids = [(line.get("request_id"), line.get("job_id")) for line in written.lines]
    assert ids == [("r1", "j1"), ("r1", "j1"), ("r1", None), (None, None)]


def test_ids_of_one_thread_do_not_stand_on_another_s_lines(written: Written) -> None:
    log = get_logger("ebb.test.thread")
    with log_context(job_id="mine"):
        other = threading.Thread(target=lambda: log.info("theirs"))
        other.start()
        other.join()
    assert "job_id" not in written.lines[0]


def test_a_context_ends_with_an_error_too(written: Written) -> None:
    with pytest.raises(RuntimeError), log_context(job_id="j1"):
        raise RuntimeError
    get_logger("ebb.test.error").info("after")
    assert "job_id" not in written.lines[0]


def test_a_stack_trace_stays_on_its_line_and_holds_no_secret(written: Written) -> None:
    secret = secrets.token_urlsafe(24)
    remember(secret)
    try:
        raise ValueError(f"bad key {secret}")
    except ValueError:
        get_logger("ebb.test.trace").exception("failed")
        logging.getLogger("elsewhere").exception("failed too")
    assert len(written.lines) == 2
    assert all("ValueError: bad key" in line["exception"] for line in written.lines)
    assert secret not in written.getvalue()
    assert MASK in written.getvalue()


def test_what_is_below_the_level_is_not_written(written: Written) -> None:
    get_logger("ebb.test.level").debug("unseen")
    logging.getLogger("urllib3.connectionpool").info("GET /v5/order?api_key=…")
    assert written.lines == []


def test_other_scripts_are_written_as_they_are(written: Written) -> None:
    get_logger("ebb.test.script").info("Сокращено")
    assert "Сокращено" in written.getvalue()


def test_lines_for_people_hold_no_secret_either(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", written)  # pytest put its own back after the fixture
    configure_logs("INFO", human=True)
    get_logger("ebb.test.human").info("connected", api_secret="surely-secret")
    assert "connected" in written.getvalue()
    assert "surely-secret" not in written.getvalue()


def test_what_a_server_says_of_a_request_is_a_line_of_ours_without_its_keys(
    written: Written,
) -> None:
    theirs, own = logging.getLogger("ebb.test.server"), io.StringIO()
    theirs.addHandler(logging.StreamHandler(own))
    theirs.propagate = False
    theirs.setLevel(logging.DEBUG)
    adopt("ebb.test.server")
    theirs.debug("unseen")
    theirs.error("Error handling request %s %s", "GET", "/ws?ticket=a-ticket&v=1")
    theirs.warning(f"Invalid request line: 'GET /api/exports/{'a.ticket' * 8}?a=b HTTP/9'")
    assert own.getvalue() == ""
    assert [line["event"] for line in written.lines] == [
        "Error handling request GET /ws?…",
        f"Invalid request line: 'GET /api/exports/{MASK}?… HTTP/9'",
    ]
