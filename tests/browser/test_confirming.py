"""Jobs that are confirmed with a PIN."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.person import Person

pytestmark = pytest.mark.browser
PIN, WRONG = "8302", "9999"
AT_ONCE = {"undo_seconds": 0, "confirm_style": "tap"}


def asks_for_every_job(person: Person) -> None:
    """A PIN, and the wish to be asked for it always."""
    person.at("nav-settings").click()
    person.at("settings-security").click()
    expect(person.at("confirm-kind-always")).to_be_disabled()
    person.at("pin-set").click()
    person.at("pin-new").fill(PIN)
    person.at("pin-again").fill(PIN)
    person.at("pin-save").click()
    person.choose("confirm-kind-always")
    person.at("confirm-save").click()
    expect(person.at("confirm-save")).to_have_count(0)


def test_a_pin_stands_before_every_job(opens: Opens) -> None:
    with opens(inside_telegram=False, settings=AT_ONCE) as person:
        before = person.book()
        asks_for_every_job(person)
        person.back()
        expect(person.at("settings-security")).to_be_visible()
        person.back()
        person.book()
        person.press("reduce-button")
        person.at("confirm-button").click()
        person.complaints.allow("403")
        person.at("confirm-secret").fill(WRONG)
        person.at("confirm-send").click()
        expect(person.at("failure")).to_contain_text("PIN")
        expect(person.at("confirm-secret")).to_have_value("")
        assert person.jobs() == []
        person.at("confirm-secret").fill(PIN)
        person.at("confirm-send").click()
        person.sees_end()
        assert PIN not in person.kept()
        person.press("job-close")

        person.at("restore-open").click()
        person.press("restore-button")
        person.at("confirm-button").click()
        person.at("confirm-secret").fill(PIN)
        person.at("confirm-send").click()
        person.sees_end()
        person.press("job-close")
        person.sees_book(before)
        # To be asked less takes the PIN too.
        person.follow("/settings/security")
        person.choose("confirm-kind-off")
        person.at("confirm-save").click()
        person.at("confirm-secret").fill(PIN)
        person.at("confirm-send").click()
        expect(person.at("secret-sheet")).to_have_count(0)
        expect(person.at("confirm-kind-off")).to_be_checked()
