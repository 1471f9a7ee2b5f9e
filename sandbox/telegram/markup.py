"""Which `reply_markup` the Bot API takes (core.telegram.org/bots/api#inlinekeyboardmarkup)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.errors import bad_request

_LOCAL = ("localhost", "127.0.0.1")
_ACTIONS = ("callback_data", "web_app", "url")


def checked(markup: Any, *, private: bool) -> dict[str, Any] | None:
    """The markup as it is kept. Raises Refusal."""
    if markup in (None, "", {}):
        return None
    if not isinstance(markup, Mapping):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        for button in _buttons(markup["inline_keyboard"]):
            _check_inline(button, private=private)
    elif "keyboard" in markup:
        for button in _buttons(markup["keyboard"]):
            if isinstance(button, Mapping) and button.get("request_contact") and not private:
                raise bad_request("phone number can be requested in private chats only")
    elif not {"remove_keyboard", "force_reply"} & set(markup):
        raise bad_request("unknown reply markup")
    return dict(markup)


def _buttons(rows: Any) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("an array of arrays of buttons is expected")
    return [button for row in rows for button in row]


def _check_inline(button: Any, *, private: bool) -> None:
    if not isinstance(button, Mapping) or not str(button.get("text", "")):
        raise bad_request("inline keyboard button text is empty")
    actions = [name for name in _ACTIONS if button.get(name)]
    if len(actions) != 1:
        raise bad_request("text buttons are not allowed in the inline keyboard")
    if "callback_data" in actions and len(str(button["callback_data"]).encode()) > 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "web_app" in actions:
        if not private:
            raise bad_request("BUTTON_TYPE_INVALID")
        check_web_app(button["web_app"])


def check_web_app(web_app: Any) -> None:
    """https alone; http too for this very machine, unlike at Telegram."""
    url = str(web_app.get("url", "")) if isinstance(web_app, Mapping) else ""
    if not is_reachable(url):
        raise bad_request(
            f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
        )


def is_reachable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
