"""When something is in the way: what the person is told, and that nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.person import Person

pytestmark = pytest.mark.browser
Lift = Callable[[], None]
AT_ONCE = {"undo_seconds": 0, "confirm_style": "tap"}


def reduce(person: Person) -> None:
    """By a quarter, confirmed with a tap."""
    person.press("reduce-button", "25")
    person.at("confirm-button").click()


# -- the app is left, or loses the network, while a job runs ----------------------------------


def test_a_job_left_alone_is_found_again(
    opens: Opens, sending_paused: Callable[[bool], None]
) -> None:
    with opens(settings=AT_ONCE) as person:
        person.book()
        sending_paused(True)
        reduce(person)
        expect(person.at("job-wait")).to_contain_text("приостановлена")
        job = person.jobs()[0]["id"]

        person.page.reload()
        expect(person.at("job-wait")).to_be_visible()
        # Opened anew, the app begins with the job; the desk has the way back to it.
        person.reopen()
        expect(person.at("job-wait")).to_be_visible()
        person.back()
        person.at("open-job").click()
        expect(person.at("job-wait")).to_be_visible()
        person.reopen(start_param=f"job_{job}")
        expect(person.at("job-wait")).to_be_visible()

        person.complaints.allow("ERR_INTERNET_DISCONNECTED")
        person.context.set_offline(True)
        expect(person.at("offline")).to_be_visible()
        expect(person.at("job")).to_be_visible()
        sending_paused(False)
        person.api.ended(job)
        person.context.set_offline(False)
        person.sees_end()
        expect(person.at("offline")).to_have_count(0)
        assert len(person.jobs()) == 1


def test_a_link_to_an_old_job_shows_its_receipt(opens: Opens) -> None:
    with opens(settings=AT_ONCE) as person:
        person.book()
        reduce(person)
        person.sees_end()
        job = person.jobs()[0]["id"]
        person.reopen(start_param=f"job_{job}")
        expect(person.at("receipt")).to_be_visible()
        person.press("job-close", "Готово")
        person.book()
        # The link was followed once: a reload stays where the person went.
        person.page.reload()
        person.book()


# -- signing in ---------------------------------------------------------------------------------


def stored(person: Person, **replaced: str) -> dict[str, str]:
    """The tokens that the tab keeps, before some are replaced by nonsense."""
    before: dict[str, str] = person.page.evaluate(
        """made => {
            const kept = JSON.parse(sessionStorage.getItem('ebb.session'));
            sessionStorage.setItem('ebb.session', JSON.stringify({ ...kept, ...made }));
            return kept;
        }""",
        replaced,
    )
    return before


def test_a_session_that_ran_out_is_renewed_or_begun_again_unseen(opens: Opens) -> None:
    with opens() as person:
        person.book()
        person.complaints.allow("401")
        first = stored(person, access_token="outlived")
        person.page.reload()
        person.book()
        renewed = stored(person, access_token="outlived", refresh_token="outlived")
        assert renewed["access_token"] not in ("outlived", first["access_token"])
        # Not even the renewal is granted: Telegram's launch data sign in once more.
        person.page.reload()
        person.book()
        assert stored(person)["refresh_token"] not in ("outlived", renewed["refresh_token"])


def test_launch_data_that_are_too_old_ask_for_a_new_launch(opens: Opens) -> None:
    with opens(launched_ago=7200) as person:
        person.complaints.allow("401")
        expect(person.at("failure")).to_be_visible()
        expect(person.at("failure")).to_contain_text("откройте")
        person.at("close-app").click()
        assert person.client.events("web_app_close")


# -- the exchange -------------------------------------------------------------------------------


def test_an_exchange_that_is_away_is_told_and_waited_for(
    opens: Opens, fault: Callable[..., Lift]
) -> None:
    with opens() as person:
        before = person.book()
        person.complaints.allow("502")
        lift = fault(person, "drop_before")
        expect(person.at("failure").first).to_contain_text("Биржа недоступна", timeout=20_000)
        # What was known stays in view.
        assert person.book() == before
        lift()
        person.at("failure").first.get_by_role("button").click()
        expect(person.at("failure")).to_have_count(0, timeout=20_000)


def test_a_key_that_ran_out_says_what_to_do(opens: Opens, control: Callable[..., Any]) -> None:
    with opens() as person:
        person.book()
        person.complaints.allow("4\\d\\d|502")
        path = f"accounts/{person.keys['uid']}"
        control("PATCH", path, {"expired_at": "2026-01-01T00:00:00Z"})
        expect(person.at("failure").first).to_contain_text("ключ", timeout=20_000)


def test_a_leg_that_the_exchange_refused_is_shown_with_its_reason(
    opens: Opens, fault: Callable[..., Lift], traded: Callable[[Person], dict[str, Decimal]]
) -> None:
    with opens(settings=AT_ONCE) as person:
        person.book()
        fault(person, "reject", code=110007, match={"symbol": "ETHUSDT"})
        reduce(person)
        person.sees_end("partially_completed")
        refused = person.page.locator("[data-testid=leg-row][data-symbol=ETHUSDT]")
        expect(refused).to_have_attribute("data-state", "rejected")
        expect(refused).to_contain_text("маржи")
        assert "ETHUSDT" not in traded(person)
        assert "BTCUSDT" in traded(person)


# -- biometrics ---------------------------------------------------------------------------------


def test_biometrics_confirm_or_send_nothing(opens: Opens) -> None:
    with opens(settings={"undo_seconds": 0, "confirm_style": "biometrics"}) as person:
        person.book()
        person.client.set_biometry(available=True, passes=False)
        person.press("reduce-button", "25")
        person.at("confirm-button").click()
        expect(person.at("confirm").get_by_role("alert")).to_contain_text("Ничего не отправлено")
        assert person.jobs() == []
        person.client.set_biometry(available=True)
        person.at("confirm-button").click()
        person.sees_end()
        assert len(person.jobs()) == 1


def test_without_biometrics_a_hold_takes_their_place(opens: Opens) -> None:
    with opens(settings={"undo_seconds": 0, "confirm_style": "biometrics"}) as person:
        person.book()
        person.press("reduce-button", "25")
        expect(person.at("confirm")).to_contain_text("удерж")
        person.hold()
        person.sees_end()
