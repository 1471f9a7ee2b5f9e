"""web is told to stop while answers are held back: they come at once, and the process goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.stack import Stack, sign_in, wait_for

# Long polls ask for 25 s at most, as long as gunicorn would leave them.
WAIT = 25


@pytest.fixture
def stack(environment: dict[str, str]) -> Iterator[Stack]:
    made = Stack({**environment, "WEB_CONCURRENCY": "1"})
    made.start("web")
    yield made
    made.stop_all()


def accepted(stack: Stack) -> int:
    """Connections that the process has taken."""
    port = urlsplit(stack.url).port
    (served,) = psutil.Process(stack.running["web"].pid).children()
    opened = [one for one in served.net_connections("tcp") if one.laddr.port == port]
    return sum(one.status == psutil.CONN_ESTABLISHED for one in opened)


def test_no_long_poll_holds_up_a_process_that_was_told_to_stop(
    stack: Stack, known_secrets: Callable[..., None]
) -> None:
    person = sign_in(stack.url, 6301, known_secrets)
    # Nobody works here: none of these changes.
    job = person.reduce("awaited", market_type="spot", percent="10").json()["id"]
    etag = person.call("GET", f"/api/jobs/{job}").headers["ETag"]
    last = person.call("GET", "/api/events").json()["last"]
    browser = requests.Session()
    begun = browser.post(
        f"{stack.url}/api/auth/init", json={"phone_number": "+79990006301"}, timeout=10
    ).json()
    browser.close()
    asked = f"{stack.url}/api/auth/status/{begun['session_id']}?wait={WAIT}"
    with ThreadPoolExecutor() as pool:
        polls = (
            pool.submit(
                person.call, "GET", f"/api/jobs/{job}?wait={WAIT}", **{"If-None-Match": etag}
            ),
            pool.submit(person.call, "GET", f"/api/events?after={last}&wait={WAIT}"),
            pool.submit(requests.get, asked, cookies=browser.cookies.get_dict(), timeout=30),
        )
        wait_for(lambda: accepted(stack) == len(polls))
        told = time.monotonic()
        ends = pool.submit(stack.stop, "web")
        answers = [one.result() for one in polls]
        assert time.monotonic() - told < 3
        assert ends.result() == 0
        # Two of them gunicorn stays for whoever is kept alive.
        assert time.monotonic() - told < 8
    assert [one.status_code for one in answers] == [304, 200, 200]
    assert answers[1].json()["items"] == []
    assert answers[2].json()["status"] == "pending"
