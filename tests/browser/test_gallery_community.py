"""The Live tab and the operator's screens as they look; see `test_gallery`.

What the lists hold is told to the page: all that can become of a signal or a message, at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from core import clock
from core.ids import new_id
from core.roles import Role
from core.texts import text
from tests.browser.conftest import Opens
from tests.browser.person import Person
from tests.browser.visitor import ON_A_PHONE, Language, Visitor

pytestmark = pytest.mark.browser
CALM = {"undo_seconds": 5, "confirm_style": "hold"}
SIGNALS = r"/api/signals\?"
BROADCASTS = r"/api/broadcasts(\?|$)"
Page = dict[str, Any]


def signal(name: str, minutes: float, **more: Any) -> dict[str, Any]:
    """One that ends in so many minutes."""
    now = clock.utcnow()
    return {
        "id": str(new_id()),
        "type": "halftime-ghost",
        "name": name,
        "market_id": "bf-1.2398812",
        "confidence": "0.625",
        "ev": "4.5",
        "sport": "football",
        "market": "1x2",
        "expires_at": (now + timedelta(minutes=minutes)).isoformat(),
        "state": "live",
        "result": None,
        "pnl": None,
        "post_state": "sent",
        "message_id": 12,
        "pin_state": "pinned",
        "error": None,
        "created_at": (now - timedelta(minutes=30)).isoformat(),
        "ended_at": None,
        **more,
    }


def ended(name: str, state: str, **more: Any) -> dict[str, Any]:
    at = clock.utcnow() - timedelta(hours=3)
    return signal(
        name, -200, state=state, ended_at=at.isoformat(), **{"pin_state": "unpinned", **more}
    )


def broadcast(text: str, state: str, **more: Any) -> dict[str, Any]:
    now = clock.utcnow().isoformat()
    made = {"id": str(new_id()), "thread_id": 47, "pin_state": None, "at": None, "error": None}
    made |= {"message_id": None, "created_by": "person:1", "created_at": now, "sent_at": None}
    return made | {"text": text, "state": state, **more}


def live_ones() -> Page:
    items = [
        signal("Arsenal – Chelsea", 84.2),
        signal("Тоттенхэм Хотспур – Вулверхэмптон Уондерерс, вторая половина", 3.4, ev="-0.75"),
        signal("BTC 15m", 60 * 51, sport=None, market="crypto", type="momentum", market_id="btc"),
    ]
    return {"items": items, "next_cursor": None}


def all_of_them() -> Page:
    refused = "400: Bad Request: not enough rights to manage pinned messages in the chat"
    items = [
        ended("Lakers – Celtics", "settled", result="won", pnl="1250.5", sport="basketball"),
        ended("Nadal – Alcaraz", "settled", result="lost", pnl="-80", sport="tennis"),
        ended("Real – Barça", "settled", result="void"),
        ended("Milan – Inter", "expired"),
        ended("Ajax – PSV", "closed", pin_state="pinned", error=refused),
    ]
    return {"items": items, "next_cursor": None}


def messages() -> Page:
    at = (clock.utcnow() + timedelta(days=1)).isoformat()
    items = [
        broadcast("Завтра в 20:00 разбираем неделю", "scheduled", at=at, pin_state="owed"),
        broadcast("Матч начнётся через минуту", "sending", pin_state="owed"),
        broadcast("Итоги дня:\n+12,5 % 👻\nСпасибо всем", "sent", pin_state="pinned"),
        broadcast(
            "Новая тема открыта",
            "failed",
            thread_id=5,
            error="400: Bad Request: message thread not found",
        ),
        broadcast("Перерыв до девяти", "unknown", error="sendMessage: ReadTimeout"),
        broadcast("Отложили", "cancelled", at=at),
    ]
    return {"items": items, "next_cursor": None}


NOTHING: Page = {"items": [], "next_cursor": None}


@contextmanager
def told(person: Person, path: str, tell: Callable[[str], Page | None]) -> Iterator[None]:
    """Requests for this path are answered with this page of a list; None: with a failure."""

    def answer(route: Route) -> None:
        if route.request.method != "GET":
            route.fallback()
            return
        page = tell(route.request.url)
        if page is None:
            route.fulfill(status=503, body="")
        else:
            route.fulfill(json=page)

    pattern = re.compile(path)
    person.page.route(pattern, answer)
    yield
    person.page.unroute(pattern, answer)


def of_both(url: str) -> Page:
    return live_ones() if "state=live" in url else all_of_them()


def anew(person: Person, path: str) -> None:
    """The screen as it is after the page was loaded there."""
    person.follow("/settings")
    person.follow(path)
    person.page.reload()


@pytest.fixture(scope="module", params=["ru", "en"])
def visitor(opens: Opens, request: pytest.FixtureRequest) -> Iterator[Visitor[Person]]:
    language: Language = request.param
    with opens(
        inside_telegram=language == "ru",
        language=language,
        role=Role.ADMIN,
        settings=CALM,
        reduced_motion="reduce",
    ) as person:
        person.book()
        yield Visitor(language, person)


def test_the_live_tab(visitor: Visitor[Person]) -> None:
    person = visitor.person
    with told(person, SIGNALS, of_both):
        anew(person, "/")
        expect(person.at("live-badge")).to_have_text("3")
        visitor.look("desk-live", ON_A_PHONE)
        person.at("nav-live").click()
        expect(person.at("standing")).to_have_attribute("data-standing", "running")
        expect(person.at("past-signal")).to_have_count(5)
        visitor.look("live")
        person.follow("/")
        expect(person.at("nav-live")).to_be_visible()
        expect(person.at("live-badge")).to_have_count(0)
    with told(person, SIGNALS, lambda _: NOTHING):
        anew(person, "/live")
        expect(person.at("empty")).to_be_visible()
        visitor.look("live-empty", ON_A_PHONE)
    person.complaints.allow("503")
    with told(person, SIGNALS, lambda _: None):
        anew(person, "/live")
        expect(person.at("failure").first).to_be_visible()
        visitor.look("live-failed", ON_A_PHONE)


def test_an_operators_signals(visitor: Visitor[Person]) -> None:
    person = visitor.person
    with told(person, SIGNALS, of_both):
        anew(person, "/operator/signals")
        expect(person.at("operated-signal")).to_have_count(8)
        person.can_press("signal-new")
        visitor.look("operator-signals")
        person.press("signal-new")
        expect(person.at("signal-sheet")).to_be_visible()
        visitor.look("signal-new")
        person.page.keyboard.press("Escape")
        person.at("signal-settle").first.click()
        person.at("settle-pnl").fill("much")
        person.hold()
        expect(person.at("confirm").get_by_role("alert")).to_be_visible()
        visitor.look("signal-settle", ON_A_PHONE)
        person.page.keyboard.press("Escape")


def test_an_operators_messages(visitor: Visitor[Person]) -> None:
    person = visitor.person
    with told(person, BROADCASTS, lambda _: messages()):
        anew(person, "/operator/broadcast")
        expect(person.at("broadcast")).to_have_count(6)
        person.at("broadcast-text").fill(
            "Матч начнётся через минуту 👻\n\nhttps://ebb.example/live"
        )
        person.choose("broadcast-when-later")
        person.can_press("broadcast-preview")
        visitor.look("operator-broadcast")
        person.press("broadcast-preview")
        expect(person.at("broadcast-shown")).to_be_visible()
        visitor.look("broadcast-question")
        person.page.keyboard.press("Escape")
    with told(person, BROADCASTS, lambda _: NOTHING):
        person.page.route(re.compile("/api/broadcasts/preview"), refuse)
        person.complaints.allow("409")
        anew(person, "/operator/broadcast")
        expect(person.at("no-channel")).to_be_visible()
        expect(person.at("broadcast-text")).to_have_count(0)
        visitor.look("operator-no-chat", ON_A_PHONE)
        person.page.unroute(re.compile("/api/broadcasts/preview"))


def refuse(route: Route) -> None:
    """What a deployment without a chat answers."""
    language = "ru" if "ru" in route.request.headers["accept-language"] else "en"
    words = {
        part: text(f"problem.channel_not_set_up.{part}", language) for part in ("title", "detail")
    }
    route.fulfill(
        status=409,
        content_type="application/problem+json",
        json={"code": "channel_not_set_up", "status": 409, **words},
    )
