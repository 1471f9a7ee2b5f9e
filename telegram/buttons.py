"""Buttons under a message, and the keyboard that asks for a phone number
(core.telegram.org/bots/api, InlineKeyboardMarkup and ReplyKeyboardMarkup)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_DATA = 64


@dataclass(frozen=True, slots=True)
class Button:
    """A button with exactly one of: `data` (comes back when it is tapped, up to 64 bytes),
    `web_app` (https address of the Mini App, in private chats only), `url`."""

    text: str
    data: str | None = None
    web_app: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.data, self.web_app, self.url) if value is not None]
        if len(given) != 1:
            raise ValueError("a button has one of data, web_app and url")
        if self.data is not None and not 1 <= len(self.data.encode()) <= _MOST_DATA:
            raise ValueError("a button's data has 1 to 64 bytes")

    def as_json(self) -> dict[str, Any]:
        if self.data is not None:
            return {"text": self.text, "callback_data": self.data}
        if self.web_app is not None:
            return {"text": self.text, "web_app": {"url": self.web_app}}
        return {"text": self.text, "url": self.url}


@dataclass(frozen=True, slots=True)
class Keyboard:
    """What stands in place of the person's own keyboard, as the Bot API's `reply_markup`."""

    markup: Mapping[str, Any]


Buttons = Sequence[Sequence[Button]] | Keyboard
"""Rows of buttons under the message, or a keyboard."""

no_keyboard = Keyboard({"remove_keyboard": True})


def ask_contact(text: str) -> Keyboard:
    """One button that sends the person's own contact, in private chats only."""
    return Keyboard(
        {
            "keyboard": [[{"text": text, "request_contact": True}]],
            "resize_keyboard": True,
            "one_time_keyboard": True,
        }
    )


def reply_markup(buttons: Buttons | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The Bot API's `reply_markup`; one that is made already is left as it is."""
    if buttons is None:
        return None
    if isinstance(buttons, Keyboard):
        return dict(buttons.markup)
    if isinstance(buttons, Mapping):
        return dict(buttons)
    return {"inline_keyboard": [[button.as_json() for button in row] for row in buttons]}
