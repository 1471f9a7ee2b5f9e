"""A person at a page: where they look, what they press, and what the server knows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.telegram import Scheme, Telegram
from tests.stack import Caller

PHONE = (360, 740)
DESKTOP = (1180, 800)
# Of a job: until it has ended, on a machine that does other things too.
PATIENCE = 60_000

_BOOK = """() => Object.fromEntries(
    [...document.querySelectorAll('[data-testid=position-card]')].map((card) =>
        [card.dataset.symbol, card.querySelector('[data-testid=size]').innerText]))"""


@dataclass
class Guest:
    """Somebody at a page in a plain browser, signed in or not."""

    context: BrowserContext
    page: Page
    complaints: Complaints

    def at(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def choose(self, test_id: str) -> None:
        """One of a few. The choice may be the server's to confirm, so it shows a moment later."""
        self.at(test_id).locator("..").click()
        expect(self.at(test_id)).to_be_checked()

    def follow(self, path: str) -> None:
        """Another screen, as a link of the page would lead there: nothing is loaded anew."""
        self.page.evaluate("path => history.pushState(null, '', path)", path)

    def turn(self, scheme: Scheme) -> None:
        """Light or dark, as the system says."""
        self.page.emulate_media(color_scheme=scheme)

    def kept(self) -> str:
        """All that scripts of the page can read of what it keeps."""
        found: str = self.page.evaluate(
            "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
        )
        return found


@dataclass
class Person(Guest):
    """`telegram`: the client around the page; None in a plain browser. `api`: the same person by
    HTTP, `keys`: their account at the sandbox. `launch`: the address that Telegram opens, with a
    start parameter or none."""

    telegram_id: int
    telegram: Telegram | None
    api: Caller
    keys: dict[str, Any]
    launch: Callable[[str | None], str]

    @property
    def client(self) -> Telegram:
        assert self.telegram is not None, "not inside Telegram"
        return self.telegram

    # -- what they do ---------------------------------------------------------------------------

    def press(self, test_id: str, text: str = "") -> None:
        """The one main button of the screen: Telegram's, or the page's own."""
        if self.telegram is not None:
            self.telegram.press_main_button(text)
        else:
            self.at(test_id).click()

    def can_press(self, test_id: str, text: str = "") -> None:
        """Wait until they could."""
        if self.telegram is not None:
            self.telegram.wait_for_main_button(text)
        else:
            expect(self.at(test_id)).to_be_enabled(timeout=10_000)

    def back(self) -> None:
        if self.telegram is not None:
            self.telegram.press_back_button()
        else:
            self.at("back").click()

    def hold(self, test_id: str = "confirm-button") -> None:
        """Hold the button down until it took."""
        button = self.at(test_id)
        button.hover()
        self.page.mouse.down()
        expect(button.and_(self.page.locator("[data-holding=true]"))).to_have_count(0)
        self.page.mouse.up()

    def reopen(self, start_param: str | None = None) -> None:
        """Close the app and open it again, from Telegram's chat or by a link."""
        self.page.close()
        self.page = self.context.new_page()
        self.telegram = Telegram(self.page)
        self.page.goto(self.launch(start_param))

    def turn(self, scheme: Scheme) -> None:
        """Light or dark, from Telegram or from the system."""
        if self.telegram is not None:
            self.telegram.change_theme(scheme)
        else:
            super().turn(scheme)

    def settle(self, **wishes: Any) -> None:
        """Change settings behind the page's back."""
        answer = self.api.call("PATCH", "/api/users/settings", wishes)
        assert answer.status_code == 200, answer.text

    # -- what they see --------------------------------------------------------------------------

    def book(self) -> dict[str, str]:
        """The size of each position shown."""
        expect(self.at("position-card").first).to_be_visible(timeout=15_000)
        shown: dict[str, str] = self.page.evaluate(_BOOK)
        return shown

    def sees_book(self, sizes: dict[str, str]) -> None:
        """Wait until the book is this one."""
        self.page.wait_for_function(
            f"""sizes => {{
                const shown = ({_BOOK})();
                return Object.keys(shown).length === Object.keys(sizes).length
                    && Object.entries(sizes).every(([symbol, size]) => shown[symbol] === size);
            }}""",
            arg=sizes,
        )

    def sees_other_book(self, sizes: dict[str, str]) -> None:
        """Wait until some size of the book is not the one given."""
        self.page.wait_for_function(
            f"""sizes => Object.entries(({_BOOK})()).some(
                ([symbol, size]) => sizes[symbol] !== size)""",
            arg=sizes,
        )

    def sees_end(self, state: str = "completed") -> None:
        expect(self.at("job-state")).to_have_attribute("data-state", state, timeout=PATIENCE)

    # -- what the server knows ------------------------------------------------------------------

    def jobs(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = self.api.call("GET", "/api/jobs").json()["items"]
        return found
