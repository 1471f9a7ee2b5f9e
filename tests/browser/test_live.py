"""News reach the page by its socket, and by asking where no socket can be opened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request, WebSocket, expect

from models import events
from models.sessions import make_engine, make_sessions
from tests.browser.conftest import Opens
from tests.browser.person import Person

pytestmark = pytest.mark.browser
AT_ONCE = {"undo_seconds": 0, "confirm_style": "tap"}
ENDED = "completed"


@pytest.fixture
def tell(browser_database: str) -> Iterator[Callable[[str], None]]:
    """Tells everybody."""
    engine = make_engine(browser_database)

    def told(title: str) -> None:
        with make_sessions(engine).begin() as session:
            events.tell(session, None, "toast", {"title": title})

    yield told
    engine.dispose()


class Wire:
    """What goes between a page and the server: the socket's job messages, the long polls."""

    def __init__(self, person: Person) -> None:
        self.told: list[str] = []
        self.polled: list[str] = []
        person.page.on("websocket", self._opened)
        person.page.on("request", self._asked)

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._heard)

    def _heard(self, text: str | bytes) -> None:
        message = json.loads(text)
        if message["type"] == "job":
            self.told.append(message["data"]["state"])

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if parse_qs(address.query).get("wait", ["0"]) != ["0"]:
            self.polled.append(address.path)


def reduce(person: Person) -> None:
    person.press("reduce-button", "25")
    person.at("confirm-button").click()
    person.sees_end()


def test_a_job_is_watched_by_the_socket_and_without_one_by_polls(
    opens: Opens, tell: Callable[[str], None]
) -> None:
    with opens(settings=AT_ONCE) as person:
        wire = Wire(person)
        person.page.reload()
        person.book()
        # From here on nothing is missed, wherever the page is meanwhile.
        person.page.wait_for_function("() => sessionStorage.getItem('ebb.live') !== null")
        tell("По сокету")
        expect(person.page.get_by_text("По сокету")).to_be_visible()
        reduce(person)
        assert wire.told[-1] == ENDED
        assert wire.polled == []
        person.press("job-close", "Готово")

        person.context.route_web_socket("**/ws?*", lambda socket: socket.close())
        wire.told.clear()
        person.page.reload()
        tell("Без сокета")
        person.book()
        reduce(person)
        job = person.jobs()[0]["id"]
        assert f"/api/jobs/{job}" in wire.polled
        # Asked for once the socket has been away for a while.
        expect(person.page.get_by_text("Без сокета")).to_be_visible()
        assert "/api/events" in wire.polled
        assert wire.told == []
