"""One stack and one Chromium for all browser tests: they are one group of one test process."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import update

from core import clock
from core.roles import Role
from devstack.chromium import find
from devstack.ports import any_free
from models.sessions import make_engine, make_sessions
from models.users import User
from telegram.bot_api import BotApi
from telegram.init_data import TelegramUser, sign
from tests.bots import BotUnderTest, Group
from tests.browser.books import FEW
from tests.browser.complaints import Complaints
from tests.browser.person import PHONE, Guest, Person
from tests.browser.telegram import Scheme, Telegram, launch_hash, script
from tests.databases import Databases
from tests.mailbox import Mailbox
from tests.stack import Caller, Stack, sign_in
from trading.pause import set_paused

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOPIC = 47
_numbers = itertools.count(7001)
Opens = Callable[..., AbstractContextManager[Person]]
Visits = Callable[..., AbstractContextManager[Guest]]
SignsInitData = Callable[..., str]


# The scope ends with the package: Playwright's loop must not stay in a process that runs others.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = find()
    if program is None:
        pytest.fail("no Chromium: run `make test`, which installs one, or set EBB_CHROMIUM")
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def browser_database(databases: Databases, process_number: int) -> str:
    return databases.migrated(f"ebb_browser_{process_number}")


@pytest.fixture(scope="package")
def bot(
    telegram: Callable[..., Any], telegram_url: str, known_secrets: Callable[..., None]
) -> BotUnderTest:
    """The stack's own: nobody else asks for its updates."""
    token = f"{secrets.randbelow(2**40) + 1}:{secrets.token_hex(16)}"
    known_secrets(token, token.partition(":")[2])
    telegram("POST", "bots", {"token": token})
    return BotUnderTest(token, BotApi(token, telegram_url, timeout_seconds=5), telegram)


@pytest.fixture(scope="package")
def group(bot: BotUnderTest) -> Group:
    """The community's chat."""
    made = bot.control("POST", "groups", {"bot_id": bot.id, "topics": {str(TOPIC): "live"}})
    return Group(bot, made["id"])


@pytest.fixture(scope="package")
def stack(
    environment: dict[str, str],
    browser_database: str,
    redis_url: str,
    bot: BotUnderTest,
    group: Group,
    mailbox: Mailbox,
) -> Iterator[Stack]:
    """Web and worker on a database of their own, with a bot, its group and mail."""
    server, _, number = redis_url.rpartition("/")
    port = str(any_free())
    url = f"http://127.0.0.1:{port}"
    running = Stack(
        {
            **environment,
            "PORT": port,
            "DATABASE_URL": browser_database,
            "REDIS_URL": f"{server}/{int(number) + 44}",
            "WEB_CONCURRENCY": "2",
            "WORKER_PROCESSES": "1",
            "EBB_PUBLIC_URL": url,
            "EBB_TELEGRAM_BOT_TOKEN": bot.token,
            "EBB_TELEGRAM_UPDATES": "polling",
            "EBB_TELEGRAM_CHAT_ID": str(group.id),
            "EBB_TELEGRAM_LIVE_TOPIC_ID": str(TOPIC),
            "EBB_SMTP_URL": mailbox.smtp_url,
        },
        url,
    )
    running.start("web")
    running.start("worker")
    yield running
    running.stop_all()


@pytest.fixture(scope="package")
def init_data(stack: Stack) -> SignsInitData:
    """What Telegram would sign for a person; `age` in seconds."""
    token = stack.environment["EBB_TELEGRAM_BOT_TOKEN"]

    def make(telegram_id: int, language: str = "ru", age: float = 0) -> str:
        user = TelegramUser(telegram_id, first_name="Vera", language_code=language)
        # Clients of today send Telegram's own signature too; the page's library insists on it.
        also = {"signature": "test", "chat_instance": "1"}
        return sign(user, token, now=clock.utcnow() - timedelta(seconds=age), also=also)

    return make


@pytest.fixture(scope="package")
def comes(browser: Browser) -> Visits:
    """A browser of its own, at nothing yet; at the end nothing may have been complained of."""

    @contextmanager
    def came(
        *,
        language: str = "ru",
        scheme: Scheme = "light",
        size: tuple[int, int] = PHONE,
        **context_wishes: Any,
    ) -> Iterator[Guest]:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale={"ru": "ru-RU", "en": "en-US"}[language],
            color_scheme=scheme,
            **context_wishes,
        )
        context.set_default_timeout(15_000)
        complaints = Complaints()
        complaints.listen(context)
        try:
            yield Guest(context, context.new_page(), complaints)
            assert complaints.unexpected() == []
        finally:
            context.close()

    return came


@pytest.fixture(scope="package")
def visits(comes: Visits, stack: Stack) -> Visits:
    """Opens the sign-in for somebody whom nobody knows."""

    @contextmanager
    def visited(**wishes: Any) -> Iterator[Guest]:
        with comes(**wishes) as guest:
            # Where links lead to the bot: nobody of this test goes there.
            guest.context.route("https://t.me/**", lambda route: route.fulfill(body="Telegram"))
            guest.page.goto(stack.url)
            expect(guest.at("sign-in-phone")).to_be_visible()
            yield guest

    return visited


@pytest.fixture(scope="package")
def promote(browser_database: str) -> Iterator[Callable[[int, Role], None]]:
    """Gives somebody, by their Telegram id, a role."""
    engine = make_engine(browser_database)

    def give(telegram_id: int, role: Role) -> None:
        with make_sessions(engine).begin() as session:
            person = User.telegram_id == telegram_id
            session.execute(update(User).where(person).values(role=role))

    yield give
    engine.dispose()


@pytest.fixture(scope="package")
def opens(
    comes: Visits,
    stack: Stack,
    promote: Callable[[int, Role], None],
    init_data: SignsInitData,
    make_account: Callable[..., dict[str, Any]],
    control: Callable[..., Any],
    known_secrets: Callable[..., None],
) -> Opens:
    """Opens the app for a new person; at the end nothing may have been complained of."""

    def connected(telegram_id: int, book: dict[str, Any] | None) -> tuple[Caller, dict[str, Any]]:
        if book is None:
            caller = sign_in(stack.url, telegram_id, known_secrets)
            return caller, control("POST", "demo-book", {"telegram_id": telegram_id})
        answer = requests.post(
            f"{stack.url}/api/auth/telegram",
            json={"init_data": init_data(telegram_id)},
            timeout=10,
        ).json()
        known_secrets(answer["access_token"], answer["refresh_token"])
        caller = Caller(stack.url, answer["access_token"])
        keys = make_account(**book)
        made = {"label": "Main", "environment": "sandbox"}
        made |= {name: keys[name] for name in ("api_key", "api_secret")}
        answered = caller.call("POST", "/api/users/api-keys", made)
        assert answered.status_code == 201, answered.text
        return caller, keys

    @contextmanager
    def opened(
        book: dict[str, Any] | None = FEW,
        *,
        inside_telegram: bool = True,
        language: str = "ru",
        scheme: Scheme = "light",
        size: tuple[int, int] = PHONE,
        role: Role = Role.USER,
        settings: dict[str, Any] | None = None,
        launched_ago: float = 0,
        **context_wishes: Any,
    ) -> Iterator[Person]:
        """`book` None: the demo book, whose account has the exchange's rate limits.
        `launched_ago`: seconds since Telegram signed the launch."""
        telegram_id = next(_numbers)
        api, keys = connected(telegram_id, book)
        if role is not Role.USER:
            promote(telegram_id, role)

        def launch(start_param: str | None) -> str:
            signed = init_data(telegram_id, language, launched_ago)
            return f"{stack.url}/{launch_hash(signed, scheme, start_param)}"

        with comes(language=language, scheme=scheme, size=size, **context_wishes) as guest:
            page = guest.page
            if inside_telegram:
                page.context.add_init_script(script(scheme))
            telegram = Telegram(page) if inside_telegram else None
            person = Person(
                page.context, page, guest.complaints, telegram_id, telegram, api, keys, launch
            )
            if settings:
                person.settle(**settings)
            if inside_telegram:
                page.goto(launch(None))
            else:
                page.goto(stack.url)
                page.get_by_test_id("dev-id").fill(str(telegram_id))
                page.get_by_test_id("dev-sign-in").click()
            yield person

    return opened


@pytest.fixture
def traded(control: Callable[..., Any]) -> Callable[[Person], dict[str, Decimal]]:
    """What was executed of each symbol of a person, by the exchange's own ledger."""

    def read(person: Person) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        for entry in control("GET", "ledger", uid=person.keys["uid"])["items"]:
            if entry["type"] == "execution":
                symbol = entry["symbol"]
                found[symbol] = found.get(symbol, Decimal(0)) + Decimal(entry["qty"])
        return found

    return read


@pytest.fixture
def fault(control: Callable[..., Any]) -> Callable[..., Callable[[], None]]:
    """Orders a fault at the sandbox for a person's account until the call that it answers with."""

    def order(person: Person, kind: str, *, match: Any = None, **more: Any) -> Callable[[], None]:
        match = {"api_key": person.keys["api_key"], **(match or {})}
        made = control("POST", "faults", {"kind": kind, "match": match, "count": -1, **more})

        def lift() -> None:
            control("DELETE", f"faults/{made['id']}")

        return lift

    return order


@pytest.fixture
def sending_paused(browser_database: str) -> Iterator[Callable[[bool], None]]:
    """The operator's switch; off again at the end."""
    engine = make_engine(browser_database)

    def switch(on: bool) -> None:
        with make_sessions(engine)() as session:
            set_paused(session, on, by="test")

    yield switch
    switch(False)
    engine.dispose()
