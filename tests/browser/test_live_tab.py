"""Signals and messages to the chat: what an operator does, others see without asking."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from core.roles import Role
from tests.bots import Group
from tests.browser.conftest import Opens
from tests.browser.person import Person

pytestmark = pytest.mark.browser
AT_A_TAP = {"confirm_style": "tap", "undo_seconds": 5}


def test_what_an_operator_does_is_seen_at_once(opens: Opens, group: Group) -> None:
    with opens() as watcher, opens(role=Role.ADMIN, settings=AT_A_TAP) as operator:
        watcher.at("nav-live").click()
        expect(watcher.at("live-operate")).to_have_count(0)
        expect(watcher.at("standing")).to_have_attribute("data-standing", "running")
        asked: list[str] = []
        watcher.page.on("request", lambda request: asked.append(request.url))

        operator.at("nav-live").click()
        operator.at("live-operate").click()
        writes_and_pins(operator, "Матч начнётся в девять 👻", group)

        operator.at("operator-signals").click()
        makes_signal(operator, "Arsenal – Chelsea")
        seen = named(watcher.at("live-signal"), "Arsenal – Chelsea")
        expect(seen).to_contain_text("62,5 %")
        expect(seen.get_by_test_id("signal-left")).to_have_text(re.compile(r"^Осталось (1:00|59):"))

        assert not [url for url in asked if "/api/signals" in url or "/api/events" in url]

        signal = named(operator.at("operated-signal"), "Arsenal – Chelsea")
        signal.get_by_test_id("signal-settle").click()
        operator.choose("settle-result-won")
        operator.at("settle-pnl").fill("12,5")
        operator.at("confirm-button").click()
        ended = named(watcher.at("past-signal"), "Arsenal – Chelsea")
        expect(ended.get_by_test_id("signal-outcome")).to_have_text("Выигрыш")
        expect(ended).to_contain_text("+12,50")
        expect(seen).to_have_count(0)


def writes_and_pins(operator: Person, text: str, group: Group) -> None:
    operator.at("operator-broadcast").click()
    operator.at("broadcast-text").fill(f"  {text}\n")
    operator.at("broadcast-pin").check()
    operator.press("broadcast-preview")
    expect(operator.at("broadcast-shown")).to_have_text(text)
    assert text not in group.texts()
    operator.at("confirm-button").click()
    expect(operator.page.get_by_text("Сообщение отправлено и закреплено")).to_be_visible()
    sent = named(operator.at("broadcast"), text)
    expect(sent).to_have_attribute("data-state", "sent")
    expect(sent).to_have_attribute("data-pin", "pinned")
    assert text in group.pinned()


def makes_signal(operator: Person, name: str) -> None:
    operator.press("signal-new")
    for field, typed in {
        "name": name,
        "type": "halftime-ghost",
        "market_id": "m-1",
        "sport": "football",
        "confidence": "62.5",
        "ev": "4.5",
    }.items():
        operator.at(f"signal-{field}").fill(typed)
    operator.at("signal-save").click()
    expect(operator.at("signal-sheet")).to_have_count(0)


def named(rows: Locator, text: str) -> Locator:
    return rows.filter(has_text=text)
