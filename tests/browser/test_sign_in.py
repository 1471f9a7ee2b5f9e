"""The ways in from a browser: a tap in Telegram, or an address with a password and a code."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

from tests.bots import BotUnderTest, Phone
from tests.browser.conftest import Visits
from tests.browser.person import Guest
from tests.browser.visitor import ON_A_PHONE, Visitor
from tests.mailbox import Mailbox
from tests.stack import wait_for

pytestmark = pytest.mark.browser
PASSWORD = "a brook under nine lanterns"
OTHER = "two herons on a crooked roof"
_addresses = itertools.count(time.time_ns() // 1000)


def latest(person: Phone, text: str = "") -> dict[str, Any]:
    """The bot's newest message with buttons, as soon as it says this."""

    def said() -> bool:
        return any(text in one["text"] and one["buttons"] for one in person.messages()[-1:])

    wait_for(said)
    return person.messages()[-1]


def tap(person: Phone, title: str) -> None:
    """A button under the newest message."""
    message = latest(person)
    titled = {one["text"]: one["callback_data"] for row in message["buttons"] for one in row}
    person.press(message["message_id"], titled[title])


def sees_themselves_signed_in(guest: Guest) -> None:
    """Without a key of Bybit's that is the screen that asks for one."""
    expect(guest.at("connect")).to_be_visible()
    assert "token" not in guest.kept()
    assert {"ebb_access", "ebb_refresh"}.isdisjoint(re.findall(r"\w+", guest.kept()))


def signs_out(guest: Guest) -> None:
    """Leaves no trace of the screen where it was done."""
    guest.follow("/")
    guest.at("nav-settings").click()
    guest.at("sign-out").click()
    expect(guest.at("sign-in-way")).to_be_visible()
    guest.page.reload()
    expect(guest.at("sign-in-way")).to_be_visible()


# -- Telegram -------------------------------------------------------------------------------------


@pytest.fixture
def number() -> str:
    """Nobody's yet, without the country's code."""
    return f"9{secrets.randbelow(10**9):09}"


@pytest.fixture
def anna(bot: BotUnderTest, number: str) -> Phone:
    """Someone who linked their number in the bot."""
    made = bot.person(first_name="Анна", language_code="ru")
    made.share_contact(f"7{number}")
    wait_for(lambda: any(number[-2:] in one["text"] for one in made.messages()))
    return made


def asks_the_bot(guest: Guest, number: str) -> str:
    """The number that the page shows."""
    guest.at("sign-in-phone").fill(f"8 {number}")
    guest.at("sign-in-begin").click()
    return guest.at("sign-in-number").inner_text()


def test_a_tap_in_telegram_signs_the_browser_in(visits: Visits, anna: Phone, number: str) -> None:
    with visits() as guest:
        shown = asks_the_bot(guest, number)
        latest(anna)
        # A phone may throw the page away while its owner answers.
        guest.page.reload()
        expect(guest.at("sign-in-number")).to_have_text(shown)
        tap(anna, shown)
        sees_themselves_signed_in(guest)
        guest.page.reload()
        sees_themselves_signed_in(guest)
        signs_out(guest)


def test_a_sign_in_that_was_refused_says_so_and_can_be_begun_again(
    visits: Visits, anna: Phone, number: str
) -> None:
    with visits() as guest:
        guest.at("sign-in-phone").fill("12")
        guest.at("sign-in-begin").click()
        expect(guest.page.get_by_role("alert")).to_contain_text("код")
        asks_the_bot(guest, number)
        tap(anna, "Это не я")
        expect(guest.at("sign-in-ended")).to_have_attribute("data-how", "rejected")
        expect(guest.at("sign-in-ended")).to_contain_text("Вход отклонён")
        guest.at("sign-in-again").click()
        tapped = asks_the_bot(guest, number)
        wait_for(lambda: f'"{tapped}"' in str(latest(anna)["buttons"]).replace("'", '"'))
        tap(anna, tapped)
        sees_themselves_signed_in(guest)


# -- an address with a password -------------------------------------------------------------------


@pytest.fixture
def address(known_secrets: Callable[..., None]) -> str:
    """One that nobody has."""
    known_secrets(PASSWORD, OTHER)
    return f"vera-{next(_addresses)}@ebb-test.example"


def opens_mail(guest: Guest, mailbox: Mailbox, address: str, path: str) -> None:
    """The link of the newest mail, once it came."""
    wait_for(lambda: any(f"/{path}#" in mail["text"] for mail in mailbox.to(address)[:1]))
    guest.page.goto(mailbox.link(address))
    expect(guest.page).not_to_have_url(re.compile("token"))


def types_in(guest: Guest, address: str, password: str) -> None:
    guest.at("sign-in-email").fill(address)
    guest.at("sign-in-password").fill(password)
    guest.at("sign-in-submit").click()


def registers(guest: Guest, mailbox: Mailbox, address: str) -> None:
    guest.choose("sign-in-way-email")
    guest.at("register-open").click()
    types_in(guest, address, PASSWORD)
    expect(guest.at("check-mail")).to_contain_text(address)
    opens_mail(guest, mailbox, address, "verify")
    sees_themselves_signed_in(guest)


def test_an_address_a_password_a_code_and_a_forgotten_password(
    visits: Visits, mailbox: Mailbox, address: str, known_secrets: Callable[..., None]
) -> None:
    with visits(reduced_motion="reduce") as guest:
        visitor = Visitor("ru", guest)
        guest.complaints.allow("40[13]|422")
        registers(guest, mailbox, address)
        signs_out(guest)
        types_in(guest, address, OTHER)
        expect(guest.at("failure")).to_be_visible()
        types_in(guest, address, PASSWORD)
        sees_themselves_signed_in(guest)

        guest.follow("/settings/security")
        guest.at("totp-begin").click()
        codes = pyotp.TOTP(guest.at("totp-secret").inner_text().replace(" ", ""))
        visitor.look("totp", ON_A_PHONE)
        began = time.time()
        guest.at("totp-code").fill(codes.at(int(began)))
        guest.at("totp-confirm").click()
        listed = guest.at("recovery-codes").locator("li")
        expect(listed).to_have_count(10)
        recovery = listed.all_inner_texts()
        known_secrets(codes.secret, *recovery)
        visitor.look("totp-recovery-codes", ON_A_PHONE)
        guest.at("recovery-done").click()
        expect(guest.at("way-totp")).to_contain_text("10 кодов")
        signs_out(guest)

        types_in(guest, address, PASSWORD)
        guest.at("sign-in-code").fill(recovery[0][::-1])
        guest.at("sign-in-submit").click()
        expect(guest.at("failure")).to_be_visible()
        visitor.look("sign-in-code-refused", ON_A_PHONE)
        # The code of the enrolment is used up; the next one is good a little before its time.
        guest.at("sign-in-code").fill(codes.at(int(began), counter_offset=1))
        guest.at("sign-in-submit").click()
        sees_themselves_signed_in(guest)
        signs_out(guest)

        guest.at("forgot-open").click()
        guest.at("sign-in-email").fill(address)
        guest.at("sign-in-submit").click()
        expect(guest.at("check-mail")).to_be_visible()
        opens_mail(guest, mailbox, address, "reset")
        guest.at("reset-password").fill(OTHER)
        visitor.look("reset", ON_A_PHONE)
        guest.at("reset-submit").click()
        guest.at("reset-done").get_by_role("link").click()
        types_in(guest, address, OTHER)
        guest.at("sign-in-recovery").click()
        guest.at("sign-in-code").fill(recovery[0])
        guest.at("sign-in-submit").click()
        sees_themselves_signed_in(guest)
        guest.follow("/settings/security")
        expect(guest.at("way-totp")).to_contain_text("9 кодов")


def test_telegram_is_linked_to_who_came_by_an_address(
    visits: Visits, mailbox: Mailbox, address: str, bot: BotUnderTest
) -> None:
    with visits() as guest:
        registers(guest, mailbox, address)
        guest.follow("/settings/security")
        with guest.page.expect_popup() as opened:
            guest.at("link-telegram").click()
        code = opened.value.url.partition("?start=")[2]
        assert code.startswith("link_")
        boris = bot.person(first_name="Борис", language_code="ru")
        boris.write(f"/start {code}")
        question = latest(boris)
        boris.press(question["message_id"], question["buttons"][0][0]["callback_data"])
        expect(guest.at("way-telegram")).to_contain_text("есть")
        expect(guest.at("way-phone")).to_be_visible()
