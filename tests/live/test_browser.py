"""A person in headless Chromium: reduce 25 % and restore, with the mouse and with the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy.orm import Session, sessionmaker

from devstack.chromium import find
from devstack.paths import ROOT
from tests.stack import Stack
from trading.pause import set_paused

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.browser, pytest.mark.timeout(180)]
ARTIFACTS = ROOT / "artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find()
    if program is None:
        pytest.fail("no Chromium: run `make test`, which installs one, or set EBB_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def open_page(
    browser: Browser, stack: Stack, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    contexts = []

    def make(telegram_id: int, **more: Any) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 360, "height": 740}, "locale": "ru-RU", **more}
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(stack.url)
        page.get_by_role("textbox").fill(str(telegram_id))
        page.get_by_test_id("dev-sign-in").click()
        expect(page.get_by_test_id("position-card").first).to_be_visible(timeout=15_000)
        return page

    yield make
    for context in contexts:
        context.close()


def book(page: Page) -> dict[str, str]:
    cards = page.get_by_test_id("position-card")
    return {
        str(cards.nth(number).get_attribute("data-symbol")): cards.nth(number)
        .locator("dd")
        .first.inner_text()
        for number in range(cards.count())
    }


def picture(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=Path(ARTIFACTS / f"{name}.png"), full_page=True)


def completed(page: Page) -> None:
    expect(page.get_by_test_id("job-state")).to_have_attribute(
        "data-state", "completed", timeout=60_000
    )


def test_with_the_mouse(open_page: Callable[..., Page], complaints: list[str]) -> None:
    page = open_page(7001)
    before = book(page)
    assert len(before) >= 20
    page.get_by_test_id("percent-preset-25").click()
    expect(page.get_by_test_id("reduce-button")).to_be_enabled(timeout=10_000)
    picture(page, "book")
    page.get_by_test_id("reduce-button").click()
    # Twice on purpose: one dialog is one intention.
    page.get_by_test_id("confirm-button").dblclick()
    expect(page.get_by_test_id("leg-row").first).to_be_visible()
    completed(page)
    picture(page, "receipt")
    states = page.get_by_test_id("leg-row").evaluate_all(
        "rows => [...new Set(rows.map((row) => row.dataset.state))].sort()"
    )
    assert states == ["filled", "skipped"]
    page.get_by_test_id("job-close").click()
    expect(page.get_by_test_id("restore-open")).to_be_visible(timeout=10_000)
    assert book(page) != before

    page.get_by_test_id("restore-open").click()
    expect(page.get_by_test_id("restore-button")).to_be_enabled(timeout=10_000)
    picture(page, "restore")
    page.get_by_test_id("restore-button").click()
    page.get_by_test_id("confirm-button").click()
    completed(page)
    page.get_by_test_id("job-close").click()
    expect(page.get_by_test_id("restore-open")).to_have_count(0, timeout=10_000)
    page.reload()
    expect(page.get_by_test_id("position-card").first).to_be_visible(timeout=15_000)
    assert book(page) == before
    assert complaints == []


def test_with_the_keyboard_alone(open_page: Callable[..., Page], complaints: list[str]) -> None:
    page = open_page(7002, color_scheme="dark", locale="en-US")
    page.get_by_test_id("tab-futures").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("tab-spot")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("position-card").first).to_be_visible(timeout=10_000)
    page.get_by_test_id("percent-input").first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("25")
    expect(page.get_by_test_id("reduce-button")).to_be_enabled(timeout=10_000)
    page.get_by_test_id("reduce-button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("confirm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("confirm")).to_have_count(0)
    page.get_by_test_id("reduce-button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("confirm-button")).to_be_focused()
    page.keyboard.press("Enter")
    completed(page)
    # A reload in the middle of things comes back to the job.
    page.reload()
    completed(page)
    page.get_by_test_id("job-close").focus()
    page.keyboard.press("Enter")

    page.get_by_test_id("tab-spot").click()
    page.get_by_test_id("restore-open").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("restore-button")).to_be_enabled(timeout=10_000)
    page.get_by_test_id("restore-button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("confirm-button")).to_be_focused()
    page.keyboard.press("Enter")
    completed(page)
    picture(page, "restored-dark")
    assert complaints == []


def test_a_bad_percentage_is_told_beside_the_field(open_page: Callable[..., Page]) -> None:
    page = open_page(7003)
    for typed in ("0", "101", "abc", "12,345"):
        page.get_by_test_id("percent-input").fill(typed)
        expect(page.get_by_test_id("percent-input")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_test_id("reduce-button")).to_be_disabled()
    page.get_by_test_id("language-switch").click()
    expect(page.get_by_text("Enter a number above 0")).to_be_visible()
    page.get_by_test_id("percent-input").fill("12,5")
    expect(page.get_by_test_id("reduce-button")).to_be_enabled(timeout=10_000)


def test_an_exchange_that_is_away_is_told_in_words(
    open_page: Callable[..., Page], control: Callable[..., Any]
) -> None:
    page = open_page(7004)
    keys = control("POST", "demo-book", {"telegram_id": 7004})
    match = {"api_key": keys["api_key"]}
    control("POST", "faults", {"kind": "drop_before", "match": match, "count": 400})
    page.reload()
    expect(page.get_by_test_id("failure").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Биржа недоступна").first).to_be_visible()
    picture(page, "exchange-away")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_job_that_waits_says_why(
    open_page: Callable[..., Page],
    live_sessions: sessionmaker[Session],
    complaints: list[str],
    scheme: str,
) -> None:
    page = open_page(7010 + len(scheme), color_scheme=scheme)
    page.get_by_test_id("percent-preset-25").click()
    expect(page.get_by_test_id("reduce-button")).to_be_enabled(timeout=10_000)
    with live_sessions() as session:
        set_paused(session, True, by="test")
    try:
        page.get_by_test_id("reduce-button").click()
        page.get_by_test_id("confirm-button").click()
        expect(page.get_by_test_id("job-wait")).to_contain_text("приостановлена", timeout=15_000)
        picture(page, f"waits-{scheme}")
    finally:
        with live_sessions() as session:
            set_paused(session, False, by="test")
    completed(page)
    expect(page.get_by_test_id("job-wait")).to_have_count(0)
    assert complaints == []
