"""What belongs to the person: settings, sign-ins, keys, the history as a file, and the end."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import looks
from tests.browser.conftest import Opens
from tests.browser.person import Person

pytestmark = pytest.mark.browser
AT_ONCE = {"undo_seconds": 0, "confirm_style": "tap"}


def settle_in(person: Person) -> None:
    person.book()
    person.at("nav-settings").click()
    expect(person.at("session-row").first).to_be_visible()


def test_settings_hold_at_once_and_after_a_new_start(opens: Opens) -> None:
    with opens(inside_telegram=False) as person:
        settle_in(person)
        heading = person.page.get_by_role("heading", level=1)
        person.choose("settings-language-en")
        expect(heading).to_have_text("Settings")
        person.choose("settings-undo-10")
        person.choose("settings-market-spot")
        percent = person.at("settings-percent")
        percent.fill("33.3")
        percent.press("Enter")
        expect(person.at("settings-language-en")).to_be_checked()
        person.page.reload()
        expect(heading).to_have_text("Settings")
        person.at("back").click()
        person.book()
        expect(person.at("percent-input")).to_have_value("33.3")
        expect(person.at("tab-spot")).to_have_attribute("aria-selected", "true")
        person.at("reduce-button").click()
        expect(person.at("confirm")).to_contain_text("10 seconds")


def test_other_sign_ins_are_listed_and_can_be_ended(opens: Opens) -> None:
    with opens(inside_telegram=False) as person:
        settle_in(person)
        rows = person.at("session-row")
        before = rows.count()
        assert before >= 2, "this page, and the test's own calls"
        person.at("sessions-end-others").click()
        expect(rows).to_have_count(1)
        assert person.api.call("POST", "/api/auth/refresh").status_code == 401


def test_a_symbol_left_alone_is_no_part_of_any_plan(opens: Opens) -> None:
    with opens(inside_telegram=False) as person:
        person.book()
        card = person.page.locator("[data-testid=position-card][data-symbol=BTCUSDT]")
        expect(card.get_by_test_id("plan-leg")).to_be_visible()
        card.get_by_test_id("position-open").click()
        person.at("exempt").click()
        expect(person.at("exempt")).to_be_checked()
        person.page.keyboard.press("Escape")
        expect(card.get_by_test_id("plan-leg")).to_have_count(0)
        expect(card).to_contain_text("не сокращать")


def test_the_history_comes_as_a_file(opens: Opens, tmp_path: Path) -> None:
    with opens(inside_telegram=False, settings=AT_ONCE, accept_downloads=True) as person:
        person.book()
        person.press("reduce-button")
        person.at("confirm-button").click()
        person.sees_end()
        person.follow("/history")
        expect(person.at("history-row")).to_have_count(1)
        with person.page.expect_download() as coming:
            person.at("export").click()
        coming.value.save_as(tmp_path / "history.csv")
    with (tmp_path / "history.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 6, "a heading and six legs"
    assert sum("BTCUSDT" in row for row in rows) == 1


def test_a_key_goes_another_comes_and_then_the_person(
    opens: Opens, make_account: Callable[..., dict[str, Any]]
) -> None:
    with opens(inside_telegram=False) as person:
        settle_in(person)
        person.at("account-remove").click()
        expect(person.at("account-remove-sheet")).to_be_visible()
        person.hold("account-remove-confirm")
        expect(person.at("account-row")).to_have_count(0)
        # Without a key there is nothing to look at: the way leads to a new one.
        person.at("back").click()
        expect(person.at("connect")).to_be_visible()
        looks.picture(person.page, "gallery/connect-first-ru-phone-light")
        assert looks.axe(person.page) == []
        # The community can be watched without one.
        person.at("nav-live").click()
        expect(person.at("standing")).to_be_visible()
        person.at("back").click()
        expect(person.at("connect")).to_be_visible()
        keys = make_account(
            positions=[{"category": "linear", "symbol": "ETHUSDT", "side": "Buy", "size": "1"}]
        )
        fields = person.page.locator("[data-testid=connect]")
        fields.locator("[name=label]").fill("Новый")
        fields.locator("[name=api_key]").fill(f"  {keys['api_key']} ")
        fields.locator("[name=api_secret]").fill(keys["api_secret"])
        person.at("connect-submit").click()
        expect(person.at("connected")).to_contain_text("Новый")
        looks.picture(person.page, "gallery/connected-ru-phone-light")
        assert looks.axe(person.page) == []
        everything = person.page.evaluate(
            "() => document.documentElement.outerHTML"
            " + JSON.stringify({...localStorage, ...sessionStorage})"
        )
        assert keys["api_secret"] not in everything
        person.at("connect-done").click()
        assert list(person.book()) == ["ETHUSDT"]

        person.at("nav-settings").click()
        person.at("delete-all").click()
        person.at("delete-word").fill("удалить")
        person.hold("delete-confirm")
        expect(person.at("dev-sign-in")).to_be_visible()
        assert person.api.call("POST", "/api/auth/refresh").status_code == 401
