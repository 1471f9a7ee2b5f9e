"""Every screen and state in both languages and schemes, on a phone and on a desktop.

`make pictures` draws them into artifacts/gallery/. Nothing may stick out sideways; axe finds
nothing. Russian is looked at inside Telegram, English in a plain browser: two ways to the same
colours and buttons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Response, Route, expect

from tests.browser import looks
from tests.browser.books import NOTHING
from tests.browser.conftest import Opens
from tests.browser.person import Person
from tests.browser.visitor import Language
from tests.browser.visitor import Visitor as AnyVisitor

pytestmark = pytest.mark.browser
Lift = Callable[[], None]
Visitor = AnyVisitor[Person]
CALM = {"undo_seconds": 5, "confirm_style": "hold"}


@pytest.fixture(scope="module", params=["ru", "en"])
def visitor(opens: Opens, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    language: Language = request.param
    with opens(
        inside_telegram=language == "ru",
        language=language,
        settings=CALM,
        reduced_motion="reduce",
    ) as person:
        person.book()
        # What is shown is held by the answers to polls (`frozen`): a socket would tell the truth.
        person.context.route_web_socket("**/ws?*", lambda socket: socket.close())
        person.page.reload()
        person.book()
        yield Visitor(language, person)


@pytest.fixture
def at_desk(visitor: Visitor) -> Visitor:
    """On the first screen, nothing open, as after a fresh start."""
    visitor.person.follow("/settings")
    visitor.person.follow("/")
    visitor.person.book()
    return visitor


@pytest.fixture
def after_a_job(at_desk: Visitor) -> Visitor:
    """As before, with something reduced that can be restored."""
    person = at_desk.person
    if not person.jobs():
        made = person.api.reduce("gallery", market_type="futures", percent="50")
        person.api.ended(made.json()["id"])
        person.page.reload()
        person.book()
    return at_desk


@contextmanager
def held_back(person: Person, path: str) -> Iterator[None]:
    """Requests for this path get no answer meanwhile."""
    waiting: list[Route] = []

    def keep(route: Route) -> None:
        waiting.append(route)

    pattern = re.compile(path)
    person.page.route(pattern, keep)
    yield
    person.page.unroute(pattern, keep)
    go_on(waiting)


def go_on(waiting: list[Route]) -> None:
    for route in waiting:
        # One that was asked for by a page that is gone has nobody to go on to.
        with suppress(Error):
            route.continue_()


@contextmanager
def frozen(person: Person, when: Callable[[dict[str, Any]], bool]) -> Iterator[None]:
    """The job stays as it was when it first looked like this; the real one goes on."""
    seen: list[dict[str, Any]] = []
    waiting: list[Route] = []

    def answer(route: Route) -> None:
        if seen:
            waiting.append(route)
            return
        response = route.fetch()
        job = response.json() if response.status == 200 else None
        if job and when(job):
            seen.append(job)
        route.fulfill(response=response)

    pattern = re.compile(r"/api/jobs/[0-9a-f-]{36}(\?|$)")
    person.page.route(pattern, answer)
    yield
    assert seen, "the job never looked like this"
    person.page.unroute(pattern, answer)
    go_on(waiting)


# -- the desk -------------------------------------------------------------------------------------


def test_the_desk(at_desk: Visitor) -> None:
    person = at_desk.person
    expect(person.at("plan-leg")).to_have_count(6)
    person.can_press("reduce-button")
    at_desk.look("desk")
    person.at("tab-spot").click()
    expect(person.page.locator("[data-symbol=BTCUSDT][data-testid=plan-leg]")).to_be_visible()
    at_desk.look("desk-spot")
    person.at("tab-futures").click()


def test_what_slider_and_filters_do(at_desk: Visitor) -> None:
    person = at_desk.person
    person.book()
    # Round steps that come to nothing are greyed, and a share that comes to less is told.
    person.at("choose").click()
    person.page.locator("[data-symbol=GMXUSDT] [data-testid=choose-position]").check()
    expect(person.at("percent-preset-25")).to_be_disabled()
    at_desk.look("desk-nothing-to-reduce")
    person.page.locator("[data-symbol=GMXUSDT] [data-testid=choose-position]").uncheck()
    person.page.locator("[data-symbol=SOLUSDT] [data-testid=choose-position]").check()
    person.at("percent-input").fill("0,3")
    expect(person.at("effective")).to_be_visible()
    at_desk.look("desk-choosing")
    person.at("choose").click()
    person.at("percent-input").fill("101")
    expect(person.page.get_by_role("alert")).to_be_visible()
    person.at("filter-short").click()
    expect(person.at("position-card")).to_have_count(2)
    at_desk.look("desk-filtered-bad-percent")


def test_a_position_an_account_and_the_question(at_desk: Visitor) -> None:
    person = at_desk.person
    person.at("position-open").first.click()
    expect(person.at("position-sheet")).to_be_visible()
    at_desk.look("position")
    person.page.keyboard.press("Escape")
    person.at("account-chip").click()
    expect(person.at("accounts")).to_be_visible()
    at_desk.look("accounts")
    person.page.keyboard.press("Escape")
    person.press("reduce-button")
    expect(person.at("confirm-button")).to_be_visible()
    at_desk.look("confirm")
    person.at("confirm-button").hover()
    person.page.mouse.down()
    expect(person.page.locator("[data-holding=true]")).to_be_visible()
    looks.picture(person.page, f"gallery/confirm-held-{at_desk.language}")
    person.page.mouse.move(0, 0)
    person.page.mouse.up()
    person.page.keyboard.press("Escape")
    assert person.jobs() == []


def test_the_desk_while_it_is_read_or_cannot_be(
    at_desk: Visitor, fault: Callable[..., Lift]
) -> None:
    person = at_desk.person
    with held_back(person, "/api/positions"):
        person.page.reload()
        expect(person.at("tab-futures")).to_be_visible()
        expect(person.at("skeleton")).to_be_visible()
        at_desk.look("desk-loading")
    person.book()
    person.complaints.allow("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "502")
    person.context.set_offline(True)
    person.at("percent-preset-75").click()
    expect(person.at("offline")).to_be_visible()
    at_desk.look("desk-offline")
    person.context.set_offline(False)
    person.at("percent-preset-50").click()
    expect(person.at("offline")).to_have_count(0)
    lift = fault(person, "drop_before")
    person.at("tab-futures").click()
    expect(person.at("failure").first).to_be_visible(timeout=20_000)
    at_desk.look("desk-failed")
    lift()
    person.at("failure").first.get_by_role("button").click()
    expect(person.at("failure")).to_have_count(0, timeout=20_000)


# -- jobs -----------------------------------------------------------------------------------------


def test_a_job_from_its_undo_to_its_receipt(
    at_desk: Visitor,
    fault: Callable[..., Lift],
    control: Callable[..., Any],
    sending_paused: Callable[[bool], None],
) -> None:
    person = at_desk.person
    person.at("percent-preset-50").click()
    # The exchange takes one order a second and refuses one: the job is seen half done.
    slow = f"accounts/{person.keys['uid']}"
    control("PATCH", slow, {"limits": "on"})
    control("PATCH", slow, {"limits": {"order/create": 1, "order/create-batch": 1}})
    lift = fault(person, "reject", code=110007, match={"symbol": "ETHUSDT"})
    person.press("reduce-button", "50")
    person.hold()
    expect(person.at("job-undo")).to_be_visible()
    at_desk.look("job-undo")
    sending_paused(True)
    with frozen(person, half_done):
        expect(person.at("job-wait")).to_be_visible(timeout=15_000)
        at_desk.look("job-waits")
        sending_paused(False)
        expect(person.at("job-wait")).to_have_count(0)
        at_desk.look("job-runs")
        control("PATCH", slow, {"limits": "off"})
        person.api.ended(person.jobs()[0]["id"])
    lift()
    person.sees_end("partially_completed")
    expect(person.at("receipt")).to_be_visible()
    at_desk.look("receipt")
    person.at("job-verify").click()
    expect(person.at("verification")).to_be_visible()
    at_desk.look("receipt-verified")
    person.press("job-close")


def half_done(job: dict[str, Any]) -> bool:
    states = {leg["state"] for leg in job["legs"]}
    return job["state"] == "executing" and "filled" in states


def test_restore(after_a_job: Visitor) -> None:
    person = after_a_job.person
    expect(person.at("restore-open")).to_be_visible()
    after_a_job.look("desk-restorable")
    with held_back(person, "/api/(positions|snapshots)"):
        person.page.reload()
        person.follow("/restore")
        expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        expect(person.at("skeleton").first).to_be_visible()
        after_a_job.look("restore-loading")
    expect(person.at("snapshot-row").first).to_be_visible()
    person.can_press("restore-button")
    after_a_job.look("restore")
    if not person.at("guard-within").is_visible():
        person.at("restore-terms").locator("summary").click()
    person.at("guard-within").locator("..").click()
    after_a_job.look("restore-guarded")
    person.press("restore-button")
    expect(person.at("confirm-button")).to_be_visible()
    after_a_job.look("restore-confirm")
    person.page.keyboard.press("Escape")


def test_history(after_a_job: Visitor) -> None:
    person = after_a_job.person
    person.follow("/history")
    expect(person.at("history-row").first).to_be_visible()
    expect(person.at("exposure-chart")).to_be_visible()
    after_a_job.look("history")


# -- the person -----------------------------------------------------------------------------------


def test_settings(at_desk: Visitor) -> None:
    person = at_desk.person
    person.at("nav-settings").click()
    expect(person.at("session-row").first).to_be_visible()
    at_desk.look("settings")
    person.at("delete-all").click()
    expect(person.at("delete-word")).to_be_visible()
    at_desk.look("settings-delete")
    person.page.keyboard.press("Escape")


def test_connect(at_desk: Visitor) -> None:
    person = at_desk.person
    person.follow("/connect")
    expect(person.at("connect")).to_be_visible()
    at_desk.look("connect")
    person.complaints.allow("400|422")
    person.page.locator("[name=label]").fill("Second")
    person.page.locator("[name=api_key]").fill("not-a-key")
    person.page.locator("[name=api_secret]").fill("nor-a-secret")
    with person.page.expect_response(is_connecting):
        person.at("connect-submit").click()
    at_desk.look("connect-refused")


def is_connecting(answer: Response) -> bool:
    return answer.url.endswith("/api/users/api-keys") and answer.request.method == "POST"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_nothing_open(opens: Opens, language: Language) -> None:
    with opens(
        NOTHING, inside_telegram=language == "ru", language=language, reduced_motion="reduce"
    ) as person:
        visitor = Visitor(language, person)
        expect(person.at("empty")).to_be_visible()
        visitor.look("desk-empty")
        person.follow("/restore")
        expect(person.at("empty").first).to_be_visible()
        visitor.look("restore-empty")
        person.follow("/history")
        expect(person.at("empty").first).to_be_visible()
        visitor.look("history-empty")
