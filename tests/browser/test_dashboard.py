"""Operators at their dashboard, on a live system: jobs run, and a worker is killed meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import Engine, update

from core.roles import Role
from models import bot_sends
from models.bot_sends import BotSend, SendState
from models.sessions import make_engine, make_sessions
from models.users import User
from tests.browser import looks
from tests.browser.conftest import Opens
from tests.browser.person import Person
from tests.stack import Caller, Stack, sign_in, wait_for

pytestmark = pytest.mark.browser
DESKTOP, PHONE = (1280, 900), (390, 844)
HALF = {"market_type": "futures", "percent": "50"}


@pytest.fixture
def engine_of_stack(browser_database: str) -> Iterator[Engine]:
    engine = make_engine(browser_database)
    yield engine
    engine.dispose()


@pytest.fixture
def make_operator(engine_of_stack: Engine) -> Callable[[Person], None]:
    def run(person: Person) -> None:
        theirs = User.telegram_id == person.telegram_id
        with make_sessions(engine_of_stack).begin() as session:
            session.execute(update(User).where(theirs).values(role=Role.ADMIN))

    return run


@pytest.fixture
def stuck_message(engine_of_stack: Engine) -> str:
    """The bot was refused for good."""
    with make_sessions(engine_of_stack).begin() as session:
        key = uuid.uuid4().hex
        owed = bot_sends.owe(session, bot_id=7, chat_id=7, text="x", kind="receipts", key=key)
        row = session.get_one(BotSend, owed)
        row.state, row.description = SendState.REFUSED, "Forbidden: bot was blocked by the user"
    return str(owed)


@pytest.fixture
def slow_trader(
    stack: Stack, control: Callable[..., Any], known_secrets: Callable[..., None]
) -> Iterator[Caller]:
    """Whose orders the exchange takes its time for, until the end."""
    telegram_id = uuid.uuid4().int % 2**40
    caller = sign_in(stack.url, telegram_id, known_secrets)
    keys = control("POST", "demo-book", {"telegram_id": telegram_id})
    made = [
        control(
            "POST",
            "faults",
            {
                "kind": "delay",
                "ms": 1500,
                "match": {"api_key": keys["api_key"], "path": f"/v5/order/{path}"},
                "count": -1,
            },
        )
        for path in ("create", "create-batch")
    ]
    yield caller
    for fault in made:
        control("DELETE", f"faults/{fault['id']}")


@pytest.fixture
def told_to_wait(control: Callable[..., Any]) -> Callable[[int], None]:
    """Refuses one call for orders of a test user, in the exchange's longest words."""

    def order(telegram_id: int) -> None:
        key = control("POST", "demo-book", {"telegram_id": telegram_id})["api_key"]
        match = {"api_key": key, "path": "/v5/order/create-batch"}
        control("POST", "faults", {"kind": "ret_code", "code": 10006, "match": match, "count": 1})

    return order


def confirm(operator: Person) -> None:
    operator.at("admin-confirm-button").click()
    expect(operator.at("admin-confirm")).to_have_count(0)


def row_of(operator: Person, job: str) -> Locator:
    return operator.page.locator(f"[data-testid=job-row][data-id='{job}']")


def test_an_operator_follows_jobs_through_a_worker_s_death(
    opens: Opens,
    stack: Stack,
    make_operator: Callable[[Person], None],
    slow_trader: Caller,
    told_to_wait: Callable[[int], None],
    stuck_message: str,
    known_secrets: Callable[..., None],
) -> None:
    with opens(None, inside_telegram=False, size=DESKTOP, reduced_motion="reduce") as operator:
        page = operator.page
        expect(operator.at("account-chip")).to_be_visible()
        page.goto(f"{stack.url}/admin/workers")
        expect(operator.at("no-access")).to_be_visible()
        page.goto(f"{stack.url}/settings")
        expect(operator.at("session-row").first).to_be_visible()
        expect(operator.at("settings-workers")).to_have_count(0)
        make_operator(operator)
        page.reload()
        operator.at("settings-workers").click()
        expect(operator.at("live-state")).to_have_attribute("data-state", "live")

        # Jobs run, of several people; one of them hangs at the exchange when its worker dies.
        numbers = [uuid.uuid4().int % 2**40 for _ in range(3)]
        others = [sign_in(stack.url, number, known_secrets) for number in numbers]
        told_to_wait(numbers[0])
        for other in others:
            assert other.reduce(uuid.uuid4().hex, **HALF).status_code == 202
        job = slow_trader.reduce(uuid.uuid4().hex, **HALF).json()["id"]
        expect(row_of(operator, job)).to_have_attribute("data-state", "executing")
        expect(operator.at("queue-jobs-running")).not_to_have_text("0")
        stack.kill("worker")
        stack.start("worker")
        assert slow_trader.ended(job)["state"] == "completed"

        expect(row_of(operator, job)).to_have_attribute("data-state", "completed")
        expect(operator.at("rate-takeovers")).not_to_have_attribute("data-total", "0")
        expect(operator.at("latency")).to_contain_text("мс")
        expect(operator.at("exchange")).to_contain_text("Too many visits")
        row_of(operator, job).get_by_role("button").click()
        story = operator.at("story")
        expect(story.locator("[data-kind=taken_over]")).to_contain_text("Перехвачено")
        for kind in ("accepted", "planned", "sent", "answered", "filled", "ended"):
            expect(story.locator(f"[data-kind={kind}]").first).to_be_visible()
        assert looks.axe(page) == []
        looks.picture(page, "dashboard/story")
        page.keyboard.press("Escape")
        expect(story).to_have_count(0)

        # What is stuck is let go.
        letter = page.locator(f"[data-testid=letter][data-id='{stuck_message}']")
        expect(letter).to_contain_text("blocked by the user")
        look_around(operator)
        letter.get_by_test_id("letter-discard").click()
        confirm(operator)
        expect(letter).to_have_count(0)

        # One worker takes nothing new, and then it does again.
        worker = page.locator("[data-testid=worker]:not([data-state=silent])").first
        worker.get_by_role("button").click()
        confirm(operator)
        expect(worker).to_have_attribute("data-state", "drained")
        waiting = others[0].reduce(uuid.uuid4().hex, **HALF).json()["id"]
        expect(operator.at("queue-redis-ready")).not_to_have_text("0")
        assert others[0].job(waiting)["state"] == "queued"
        worker.get_by_role("button").click()
        confirm(operator)
        expect(row_of(operator, waiting)).to_have_attribute("data-state", "completed")

        # Nothing leaves while sending is paused.
        operator.at("sending-button").click()
        operator.at("admin-why").fill("учения")
        confirm(operator)
        expect(operator.at("sending")).to_have_attribute("data-paused", "true")
        expect(operator.at("sending")).to_contain_text("учения")
        kept = others[1].reduce(uuid.uuid4().hex, **HALF).json()["id"]
        expect(row_of(operator, kept)).to_contain_text("отправка на паузе")
        operator.at("sending-button").click()
        confirm(operator)
        expect(row_of(operator, kept)).to_have_attribute("data-state", "completed")

        operator.at("jobs-q").fill(kept)
        expect(operator.at("job-row")).to_have_count(1)
        operator.at("jobs-state").select_option("failed")
        expect(operator.at("job-row")).to_have_count(0)
        wait_for(lambda: operator.complaints.unexpected() == [])


def look_around(operator: Person) -> None:
    """In both languages and schemes, wide and narrow: nothing sticks out, axe finds nothing."""
    for language, title in (("en", "Workers"), ("ru", "Воркеры")):
        operator.settle(language=language)
        operator.page.reload()
        expect(operator.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(operator.at("letter").first).to_be_visible()
        expect(operator.at("job-row").first).to_be_visible()
        _look(operator, language)
    operator.turn("light")
    operator.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


def _look(operator: Person, language: str) -> None:
    for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        for scheme in ("light", "dark"):
            operator.turn(scheme)  # type: ignore[arg-type] # one of the two
            looks.grow(operator.page, *size)
            assert looks.overflow(operator.page) == [], (language, name)
            # A table that scrolls by itself would hide what is dead.
            expect(operator.at("queue-jobs-dead")).to_be_in_viewport(ratio=1)
            assert looks.axe(operator.page) == [], (language, name, scheme)
            looks.picture(operator.page, f"dashboard/{language}-{name}-{scheme}")


def test_sending_can_be_paused_while_the_picture_cannot_be_had_and_a_question_keeps_its_meaning(
    opens: Opens, stack: Stack
) -> None:
    wishes = {"inside_telegram": False, "size": PHONE, "reduced_motion": "reduce"}
    with opens(None, role=Role.ADMIN, **wishes) as operator:
        expect(operator.at("account-chip")).to_be_visible()
        away = {"status": 503, "content_type": "application/problem+json"}
        problem = '{"code": "unavailable", "title": "away", "status": 503}'
        operator.page.route(
            "**/api/admin/overview", lambda route: route.fulfill(body=problem, **away)
        )
        operator.page.route_web_socket("**/ws?*", lambda socket: socket.close())
        operator.complaints.allow("503", "WebSocket")
        operator.page.goto(f"{stack.url}/admin/workers")
        expect(operator.at("sending")).to_have_attribute("data-paused", "false")
        expect(operator.at("jobs")).to_be_visible()

        # Another operator is quicker, while this one still reads the question.
        operator.at("sending-button").click()
        moved = operator.api.call("POST", "/api/admin/sending", {"paused": True, "note": "first"})
        assert moved.status_code == 200
        expect(operator.at("sending")).to_have_attribute("data-paused", "true")
        expect(operator.at("admin-confirm-button")).to_have_text("Остановить отправку")
        assert looks.axe(operator.page) == []
        operator.at("admin-why").fill("второй")
        confirm(operator)
        expect(operator.at("sending")).to_contain_text("второй")
        expect(operator.at("sending")).to_contain_text("person:")
        expect(operator.at("sending")).to_have_attribute("data-paused", "true")
        assert looks.overflow(operator.page) == []
        looks.picture(operator.page, "dashboard/blind")
        operator.at("sending-button").click()
        confirm(operator)
        expect(operator.at("sending")).to_have_attribute("data-paused", "false")
