"""Telegram's Bot API (core.telegram.org/bots/api): one call a method, every answer typed.

The token is part of every address, so no exception of `requests`, which quotes addresses, leaves
this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from core import tracing
from core.secrets_filter import remember, scrub_text
from telegram.bots import bot_id
from telegram.buttons import Buttons, reply_markup

TIMEOUT_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_CONNECTIONS = 16
_UNCHANGED = "message is not modified"
_PINNED_SO = "CHAT_NOT_MODIFIED"
_NOT_PINNED = "message to unpin not found"


class BotApiError(Exception):
    """A call that did not succeed."""


class BotApiRefused(BotApiError):
    """Telegram answered that it will not do it: nothing was done.

    `code` is HTTP's (400, 401, 403, 404, 409, 429). With 429 `retry_after` says for how many
    seconds. `migrate_to_chat_id`: the group has become a supergroup with that id.
    """

    def __init__(
        self,
        code: int,
        description: str,
        retry_after: int | None = None,
        migrate_to_chat_id: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to_chat_id = migrate_to_chat_id


class BotApiUnreachable(BotApiError):
    """No answer, or none that can be understood (5xx): whether it was done is not known."""


class BotApiNotReached(BotApiUnreachable):
    """No connection came about: nothing was sent, so nothing was done."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot as Telegram knows it; `username` without the @."""

    id: int
    username: str
    first_name: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that stands in its chat."""

    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class WebhookInfo:
    """`last_error_at` in seconds since 1970."""

    url: str
    pending_updates: int
    last_error_at: int | None
    last_error: str


class BotApi:
    """One bot's calls. Safe to share between threads."""

    def __init__(self, token: str, api_url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """`timeout_seconds`: patience for each answer."""
        remember(token, token.partition(":")[2])
        self.bot_id = bot_id(token)
        self._address = f"{api_url.rstrip('/')}/bot{token}"
        self._timeout = timeout_seconds
        self._http = requests.Session()
        adapter = HTTPAdapter(pool_maxsize=_CONNECTIONS)
        self._http.mount("https://", adapter)
        self._http.mount("http://", adapter)

    # -- messages -----------------------------------------------------------------------------

    def send_message(
        self,
        chat_id: int,
        text: str,
        *,
        thread_id: int | None = None,
        buttons: Buttons | Mapping[str, Any] | None = None,
    ) -> Sent:
        """Plain text of 1 to 4096 characters; `thread_id` is a topic of a supergroup. A repeated
        call is a second message: Telegram knows no idempotency key."""
        result = self._call(
            "sendMessage",
            chat_id=chat_id,
            text=text,
            message_thread_id=thread_id,
            reply_markup=reply_markup(buttons),
        )
        return Sent(int(result["chat"]["id"]), int(result["message_id"]))

    def edit_message_text(
        self,
        chat_id: int,
        message_id: int,
        text: str,
        *,
        buttons: Buttons | Mapping[str, Any] | None = None,
    ) -> None:
        """Replace text and inline buttons; without `buttons` they go. May be repeated."""
        try:
            self._call(
                "editMessageText",
                chat_id=chat_id,
                message_id=message_id,
                text=text,
                reply_markup=reply_markup(buttons),
            )
        except BotApiRefused as refused:
            if _UNCHANGED not in refused.description:
                raise

    def answer_callback_query(self, press_id: str, text: str | None = None) -> None:
        """Stop the button's spinner, with a short note (200 characters) over the chat."""
        self._call("answerCallbackQuery", callback_query_id=press_id, text=text)

    def pin_chat_message(self, chat_id: int, message_id: int, *, silent: bool = True) -> None:
        """In its chat, or in the topic that it stands in. May be repeated."""
        try:
            self._call(
                "pinChatMessage",
                chat_id=chat_id,
                message_id=message_id,
                disable_notification=silent,
            )
        except BotApiRefused as refused:
            if _PINNED_SO not in refused.description:
                raise

    def unpin_chat_message(self, chat_id: int, message_id: int | None = None) -> None:
        """This message, or the one pinned last. May be repeated: one that is not pinned is as
        wanted."""
        try:
            self._call("unpinChatMessage", chat_id=chat_id, message_id=message_id)
        except BotApiRefused as refused:
            if _PINNED_SO not in refused.description and _NOT_PINNED not in refused.description:
                raise

    # -- updates ------------------------------------------------------------------------------

    def get_updates(
        self, offset: int | None, *, wait_seconds: int, allowed: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Updates from number `offset` on, which confirms all before it; waits for the first one
        for up to `wait_seconds`."""
        result = self._call(
            "getUpdates",
            patience=wait_seconds,
            offset=offset,
            timeout=wait_seconds,
            allowed_updates=list(allowed),
        )
        return [update for update in result if isinstance(update, dict)]

    def set_webhook(self, url: str, *, secret_token: str, allowed: Sequence[str]) -> None:
        self._call("setWebhook", url=url, secret_token=secret_token, allowed_updates=list(allowed))

    def delete_webhook(self) -> None:
        """Updates that wait stay."""
        self._call("deleteWebhook")

    def get_webhook_info(self) -> WebhookInfo:
        result = self._call("getWebhookInfo")
        return WebhookInfo(
            url=str(result["url"]),
            pending_updates=int(result["pending_update_count"]),
            last_error_at=result.get("last_error_date"),
            last_error=str(result.get("last_error_message", "")),
        )

    # -- the bot itself -----------------------------------------------------------------------

    def get_me(self) -> Bot:
        result = self._call("getMe")
        return Bot(int(result["id"]), str(result["username"]), str(result["first_name"]))

    def set_my_commands(self, commands: Mapping[str, str], language: str | None = None) -> None:
        """The list behind the menu: command without the slash → what it does. `language` None:
        for everybody whose language has no list of its own."""
        listed = [{"command": name, "description": does} for name, does in commands.items()]
        self._call("setMyCommands", commands=listed, language_code=language)

    def set_chat_menu_button(self, text: str, web_app: str) -> None:
        """The button beside the input field of every private chat opens the Mini App."""
        button = {"type": "web_app", "text": text, "web_app": {"url": web_app}}
        self._call("setChatMenuButton", menu_button=button)

    # -- the call -----------------------------------------------------------------------------

    def _call(self, method: str, *, patience: float = 0, **fields: Any) -> Any:
        """The `result` of a method. Raises BotApiRefused, BotApiUnreachable, BotApiNotReached."""
        body = {name: value for name, value in fields.items() if value is not None}
        with tracing.step(f"telegram {method}", kind="client"):
            return self._ask(method, body, patience)

    def _ask(self, method: str, body: Mapping[str, Any], patience: float) -> Any:
        failure: BotApiError | None = None
        try:
            answer = self._http.post(
                f"{self._address}/{method}",
                json=body,
                timeout=(_CONNECT_SECONDS, self._timeout + patience),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            failure = _unanswered(method, error)
        # Raised out here: an exception that named the address would stay behind as its context.
        if failure is not None:
            raise failure
        return _result(method, answer)


def _unanswered(method: str, error: requests.RequestException) -> BotApiUnreachable:
    said = f"{method}: {type(error).__name__}"
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(error, requests.exceptions.SSLError) or isinstance(
        reason, NewConnectionError | ConnectTimeoutError
    ):
        return BotApiNotReached(said)
    return BotApiUnreachable(said)


def _result(method: str, answer: requests.Response) -> Any:
    try:
        body = answer.json()
    except requests.exceptions.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or "ok" not in body:
        body = {}
    if answer.status_code >= 500 or (answer.status_code < 400 and not body):
        raise BotApiUnreachable(f"{method}: HTTP {answer.status_code}")
    if body.get("ok"):
        return body["result"]
    parameters = body.get("parameters") or {}
    raise BotApiRefused(
        int(body.get("error_code", answer.status_code)),
        scrub_text(str(body.get("description", "refused without a word"))),
        retry_after=parameters.get("retry_after"),
        migrate_to_chat_id=parameters.get("migrate_to_chat_id"),
    )


def bot_apis(tokens: Sequence[str], api_url: str) -> dict[int, BotApi]:
    """The bots of a deployment by their ids; the main one is the first."""
    made = (BotApi(token, api_url) for token in tokens)
    return {api.bot_id: api for api in made}
