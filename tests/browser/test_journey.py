"""The main road: reduce, undo or not, the receipt, and back to the book as it was."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Opens
from tests.browser.person import DESKTOP, Person

pytestmark = pytest.mark.browser
Traded = Callable[[Person], dict[str, Decimal]]
PLANNED = "[data-testid=plan-leg][data-state=planned]"


def filled(job: dict[str, Any]) -> dict[str, Decimal]:
    """What our job says that it traded of each symbol."""
    legs = {leg["symbol"]: Decimal(leg["qty_filled"]) for leg in job["legs"]}
    return {symbol: qty for symbol, qty in legs.items() if qty}


def newest(person: Person) -> dict[str, Any]:
    return person.api.job(person.jobs()[0]["id"])


def test_inside_telegram_down_and_back_again(opens: Opens, traded: Traded) -> None:
    with opens() as person:
        before = person.book()
        person.at("percent-slider").fill("30")
        expect(person.at("percent-input")).to_have_value("30")
        person.at("percent-preset-50").click()
        # One position is a single lot step: it can't be halved, and its card says so.
        expect(person.page.locator(PLANNED)).to_have_count(len(before) - 1)
        person.press("reduce-button", "50")
        expect(person.at("confirm")).to_be_visible()
        assert not person.client.main_button()["is_visible"]
        person.client.press_back_button()
        expect(person.at("confirm")).to_have_count(0)
        person.press("reduce-button", "50")
        person.hold()

        expect(person.at("job-undo")).to_be_visible()
        assert person.client.asks_before_closing()
        assert traded(person) == {}
        person.sees_end()
        rows = person.at("leg-row").evaluate_all("rows => rows.map((row) => row.dataset.state)")
        assert sorted(rows) == ["filled"] * 5 + ["skipped"]
        assert "impact heavy" in person.client.haptics()
        assert "notification success" in person.client.haptics()
        assert not person.client.asks_before_closing()
        down = newest(person)
        assert filled(down) == traded(person)
        person.at("job-verify").click()
        expect(person.at("verification")).to_have_attribute("data-agrees", "true")
        person.press("job-close", "Готово")
        expect(person.at("restore-open")).to_be_visible()
        person.sees_other_book(before)

        person.at("restore-open").click()
        person.press("restore-button", "Вернуть")
        person.hold()
        person.sees_end()
        expect(person.at("receipt")).to_be_visible()
        # Everything came back: twice the closed quantity went over the exchange's counter.
        assert traded(person) == {symbol: 2 * qty for symbol, qty in filled(down).items()}
        person.press("job-close", "Готово")
        expect(person.at("restore-open")).to_have_count(0)
        person.sees_book(before)


def test_undone_in_time_nothing_is_sent(opens: Opens, traded: Traded) -> None:
    with opens(settings={"undo_seconds": 10}) as person:
        before = person.book()
        person.press("reduce-button", "25")
        person.hold()
        person.at("job-undo").click()
        person.sees_end("cancelled")
        assert traded(person) == {}
        person.press("job-close", "Готово")
        person.sees_book(before)


@pytest.mark.parametrize("style", ["hold", "tap"])
def test_confirmed_twice_it_is_sent_once(opens: Opens, traded: Traded, style: str) -> None:
    with opens(settings={"confirm_style": style, "undo_seconds": 0}) as person:
        sent: list[Route] = []

        def keep(route: Route) -> None:
            sent.append(route)

        person.page.route("**/api/positions/reduce", keep)
        person.press("reduce-button", "25")
        button = person.at("confirm-button")
        if style == "tap":
            button.dblclick()
            button.press("Enter")
        else:
            person.hold()
            person.hold()
            button.press("Enter", delay=800)
        (only,) = sent
        only.continue_()
        person.sees_end()
        (summary,) = person.jobs()
        assert filled(person.api.job(summary["id"])) == traded(person)


class Keyboard:
    """Somebody who has nothing but a keyboard."""

    def __init__(self, person: Person) -> None:
        self._page = person.page

    def tab_to(self, test_id: str) -> None:
        for _ in range(80):
            if self._page.evaluate(
                "id => document.activeElement?.closest(`[data-testid=${id}]`) !== null", test_id
            ):
                return
            self._page.keyboard.press("Tab")
        pytest.fail(f"no way to {test_id} by Tab")

    def hold(self, test_id: str) -> None:
        self.tab_to(test_id)
        self._page.keyboard.down("Enter")
        expect(self._page.locator("[data-holding=true]")).to_have_count(0)
        self._page.keyboard.up("Enter")

    def press(self, test_id: str, key: str = "Enter") -> None:
        self.tab_to(test_id)
        self._page.keyboard.press(key)


def test_in_a_browser_with_the_keyboard_alone_in_english(opens: Opens) -> None:
    settings = {"undo_seconds": 0}
    with opens(
        inside_telegram=False, language="en", scheme="dark", size=DESKTOP, settings=settings
    ) as person:
        keyboard = Keyboard(person)
        person.book()
        keyboard.press("tab-futures", "ArrowRight")
        expect(person.at("tab-spot")).to_have_attribute("aria-selected", "true")
        keyboard.press("tab-spot", "ArrowLeft")
        expect(person.at("tab-futures")).to_have_attribute("aria-selected", "true")
        before = person.book()
        keyboard.press("percent-slider", "ArrowRight")
        expect(person.at("percent-input")).to_have_value("26")
        keyboard.press("percent-preset-25")
        person.can_press("reduce-button")
        keyboard.press("reduce-button")
        expect(person.at("confirm")).to_be_visible()
        person.page.keyboard.press("Escape")
        expect(person.at("confirm")).to_have_count(0)
        keyboard.press("reduce-button")
        keyboard.hold("confirm-button")
        person.sees_end()
        keyboard.press("job-verify")
        expect(person.at("verification")).to_have_attribute("data-agrees", "true")
        keyboard.press("job-close")

        expect(person.at("restore-open")).to_be_visible()
        keyboard.press("restore-open")
        person.can_press("restore-button")
        keyboard.press("restore-button")
        keyboard.hold("confirm-button")
        person.sees_end()
        keyboard.press("job-close")
        expect(person.at("restore-open")).to_have_count(0)
        person.sees_book(before)


def test_a_bad_percentage_is_told_beside_the_field(opens: Opens) -> None:
    with opens(inside_telegram=False) as person:
        person.book()
        for typed in ("0", "101", "abc", "12,345"):
            person.at("percent-input").fill(typed)
            expect(person.at("percent-input")).to_have_attribute("aria-invalid", "true")
            expect(person.at("reduce-button")).to_be_disabled()
        person.at("percent-input").fill("12,5")
        person.can_press("reduce-button")
