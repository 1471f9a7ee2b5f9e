"""A Telegram client as the page knows it: how it is launched, its buttons, its theme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from playwright.sync_api import Page

Scheme = Literal["light", "dark"]
_SCRIPT = Path(__file__).with_name("telegram.js").read_text()
# As Telegram for iOS sends them.
THEMES: dict[Scheme, dict[str, str]] = {
    "light": {
        "accent_text_color": "#007aff",
        "bg_color": "#ffffff",
        "bottom_bar_bg_color": "#f2f2f2",
        "button_color": "#007aff",
        "button_text_color": "#ffffff",
        "destructive_text_color": "#ff3b30",
        "header_bg_color": "#f8f8f8",
        "hint_color": "#8e8e93",
        "link_color": "#007aff",
        "secondary_bg_color": "#efeff4",
        "section_bg_color": "#ffffff",
        "section_header_text_color": "#6d6d72",
        "section_separator_color": "#c8c7cc",
        "subtitle_text_color": "#8e8e93",
        "text_color": "#000000",
    },
    "dark": {
        "accent_text_color": "#3e88f7",
        "bg_color": "#000000",
        "bottom_bar_bg_color": "#1d1d1d",
        "button_color": "#3e88f7",
        "button_text_color": "#ffffff",
        "destructive_text_color": "#eb5545",
        "header_bg_color": "#1a1a1a",
        "hint_color": "#98989e",
        "link_color": "#3e88f7",
        "secondary_bg_color": "#1c1c1d",
        "section_bg_color": "#2c2c2e",
        "section_header_text_color": "#8d8e93",
        "section_separator_color": "#545458",
        "subtitle_text_color": "#98989e",
        "text_color": "#ffffff",
    },
}


def script(scheme: Scheme) -> str:
    """What has to run in the page before any script of its own."""
    return _SCRIPT.replace("CONFIG", json.dumps({"theme": THEMES[scheme]}), 1)


def launch_hash(init_data: str, scheme: Scheme, start_param: str | None = None) -> str:
    """The fragment of the address that a client opens."""
    parts = {
        "tgWebAppData": init_data,
        "tgWebAppVersion": "8.0",
        "tgWebAppPlatform": "ios",
        "tgWebAppThemeParams": json.dumps(THEMES[scheme], separators=(",", ":")),
    }
    if start_param is not None:
        parts["tgWebAppStartParam"] = start_param
    return "#" + "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items())


class Telegram:
    """The client around one page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def main_button(self) -> dict[str, Any]:
        """Its parameters as the page set them last: text, is_visible, is_active and so on."""
        shown: dict[str, Any] = self._page.evaluate("__tg.main")
        return shown

    def wait_for_main_button(self, text: str = "") -> None:
        """Until it can be pressed and its text holds this."""
        self._page.wait_for_function(
            """text => __tg.main.is_visible && __tg.main.is_active
                && !__tg.main.is_progress_visible && __tg.main.text.includes(text)""",
            arg=text,
        )

    def press_main_button(self, text: str = "") -> None:
        self.wait_for_main_button(text)
        self._emit("main_button_pressed")

    def press_back_button(self) -> None:
        self._page.wait_for_function("() => __tg.back.is_visible")
        self._emit("back_button_pressed")

    def press_settings_button(self) -> None:
        self._page.wait_for_function("() => __tg.settings.is_visible")
        self._emit("settings_button_pressed")

    def change_theme(self, scheme: Scheme) -> None:
        self._page.evaluate("theme => { __tg.theme = theme; }", THEMES[scheme])
        self._emit("theme_changed", {"theme_params": THEMES[scheme]})

    def set_biometry(self, *, available: bool, access: bool = True, passes: bool = True) -> None:
        """Whether the device can ask, whether the person lets the app ask, whether they pass."""
        self._page.evaluate(
            "made => { Object.assign(__tg.biometry, made); }",
            {"available": available, "access": access, "passes": passes},
        )

    def events(self, name: str) -> list[dict[str, Any]]:
        """The data of every event of this name that the page posted since it was loaded."""
        found: list[dict[str, Any]] = self._page.evaluate(
            "name => __tg.events.filter(event => event.name === name).map(event => event.data)",
            name,
        )
        return found

    def haptics(self) -> list[str]:
        """What the hand felt, in order: a kind, or a kind and its style."""
        events = self.events("web_app_trigger_haptic_feedback")
        return [
            " ".join(
                str(event[part])
                for part in ("type", "impact_style", "notification_type")
                if event.get(part)
            )
            for event in events
        ]

    def asks_before_closing(self) -> bool:
        return bool(self._page.evaluate("__tg.closing.need_confirmation"))

    def _emit(self, name: str, data: Any = None) -> None:
        self._page.evaluate("([name, data]) => __tg.emit(name, data ?? undefined)", [name, data])
