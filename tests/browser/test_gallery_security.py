"""The ways in, security and notices as they look; see `test_gallery`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.bots import BotUnderTest
from tests.browser.conftest import Opens, Visits
from tests.browser.person import PHONE, Guest, Person
from tests.browser.visitor import ON_A_PHONE, Language, Visitor
from tests.stack import Stack

pytestmark = pytest.mark.browser
LAPTOP_TOO = {"laptop": (1280, 800), "phone": PHONE}
CALM = {"undo_seconds": 5, "confirm_style": "tap"}
PIN = "8302"


def is_told(guest: Guest, status: str) -> None:
    """The request ends like this, whatever the bot's person does."""

    def tell(route: Route) -> None:
        route.fulfill(json={"status": status, "tokens": None})

    guest.page.route(re.compile("/api/auth/status/"), tell)
    guest.at("sign-in-begin").click()
    expect(guest.at("sign-in-ended")).to_be_visible()
    guest.page.unroute(re.compile("/api/auth/status/"), tell)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_ways_in(visits: Visits, stack: Stack, language: Language) -> None:
    with visits(language=language, reduced_motion="reduce") as guest:
        visitor = Visitor[Guest](language, guest)
        visitor.look("sign-in", LAPTOP_TOO)
        asks_the_bot_in_vain(visitor)
        guest.choose("sign-in-way-email")
        visitor.look("sign-in-email", ON_A_PHONE)
        if language == "ru":
            goes_by_mail(visitor, stack.url)


def asks_the_bot_in_vain(visitor: Visitor[Guest]) -> None:
    guest = visitor.person
    # Of those that nobody gets. How often one is asked about is counted, from run to run.
    guest.at("sign-in-phone").fill(f"+447700900{secrets.randbelow(1000):03}")
    guest.at("sign-in-begin").click()
    expect(guest.at("sign-in-number")).to_be_visible()
    visitor.look("sign-in-number", ON_A_PHONE)
    guest.at("sign-in-cancel").click()
    is_told(guest, "expired")
    visitor.look("sign-in-expired", ON_A_PHONE)


def goes_by_mail(visitor: Visitor[Guest], url: str) -> None:
    guest = visitor.person
    guest.at("register-open").click()
    guest.complaints.allow("4\\d\\d")
    guest.at("sign-in-email").fill("vera@ebb-test.example")
    guest.at("sign-in-password").fill("12345678")
    guest.at("sign-in-submit").click()
    expect(guest.page.locator(".fault")).to_be_visible()
    visitor.look("register-refused", ON_A_PHONE)
    guest.page.reload()
    guest.at("forgot-open").click()
    visitor.look("forgot", ON_A_PHONE)
    guest.at("sign-in-email").fill("nobody@ebb-test.example")
    guest.at("sign-in-submit").click()
    expect(guest.at("check-mail")).to_be_visible()
    visitor.look("check-mail", ON_A_PHONE)
    guest.page.goto(f"{url}/verify#token=of-another-time")
    expect(guest.at("verify-failed")).to_be_visible()
    visitor.look("verify-failed", ON_A_PHONE)


def test_security(opens: Opens, bot: BotUnderTest, control: Callable[..., Any]) -> None:
    with opens(settings=CALM, reduced_motion="reduce") as person:
        visitor = Visitor[Person]("ru", person)
        person.book()
        person.complaints.allow("403")
        person.follow("/settings/security")
        expect(person.at("own-audit").locator("li").first).to_be_visible()
        visitor.look("security-bare", ON_A_PHONE)
        person.at("pin-set").click()
        person.at("pin-new").fill("12")
        person.at("pin-again").fill("12")
        person.at("pin-save").click()
        visitor.look("pin", ON_A_PHONE)
        person.at("pin-new").fill(PIN)
        person.at("pin-again").fill(PIN)
        person.at("pin-save").click()
        person.choose("confirm-kind-over")
        person.at("confirm-over").fill("1000")
        person.at("confirm-save").click()
        expect(person.at("confirm-save")).to_have_count(0)
        person.back()
        expect(person.at("settings-security")).to_be_visible()
        person.back()
        person.book()
        person.press("reduce-button")
        person.at("confirm-button").click()
        person.at("confirm-secret").fill("9999")
        person.at("confirm-send").click()
        expect(person.at("confirm").get_by_test_id("failure")).to_be_visible()
        visitor.look("confirm-pin-wrong", ON_A_PHONE)
        person.page.keyboard.press("Escape")
        person.api.call(
            "PUT",
            "/api/users/email",
            {
                "email": f"vera.vasilevskaya-{person.telegram_id}@ebb-test.example",
                "password": "a brook under nine lanterns",
            },
        )
        bot.person(person.telegram_id).share_contact(f"7916{person.telegram_id:07}")
        path = f"accounts/{person.keys['uid']}"
        control("PATCH", path, {"permissions": {"Wallet": ["AccountTransfer", "Withdraw"]}})
        account = person.api.call("GET", "/api/auth/me").json()["accounts"][0]["id"]
        person.api.call("POST", f"/api/users/api-keys/{account}/check")

        person.page.reload()
        person.book()
        expect(person.at("notices-badge")).to_be_visible()
        visitor.look("desk-notices", ON_A_PHONE)
        person.follow("/settings/security")
        expect(person.at("own-audit").locator("li").first).to_be_visible()
        visitor.look("security")
        person.follow("/notices")
        expect(person.at("notice").first).to_be_visible()
        visitor.look("notices", ON_A_PHONE)
        person.follow("/settings")
        expect(person.at("key-state")).to_be_visible()
        visitor.look("settings-key-dangerous", ON_A_PHONE)


def test_security_in_english(opens: Opens) -> None:
    with opens(inside_telegram=False, language="en", reduced_motion="reduce") as person:
        person.book()
        person.api.call("PUT", "/api/users/pin", {"pin": PIN})
        person.api.call("PUT", "/api/users/confirmation", {"over": "1000", "pin": PIN})
        person.follow("/settings/security")
        person.page.reload()
        expect(person.at("own-audit").locator("li").first).to_be_visible()
        Visitor[Person]("en", person).look("security")
