"""The methods of the Bot API that are stood in for, by name."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.telegram import limits
from sandbox.telegram.errors import bad_request, forbidden
from sandbox.telegram.markup import check_web_app, checked, is_reachable
from sandbox.telegram.world import Bot, Chat, Message, Webhook

Params = Mapping[str, Any]
Method = Callable[[Bot, Params], Any]
_MOST_TEXT = 4096
_PRESS_SECONDS = 60


def send_message(bot: Bot, params: Params) -> Any:
    chat = _chat(bot, params)
    text = _text(params)
    thread = _number(params, "message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise bad_request("message thread not found")
    markup = checked(_json(params, "reply_markup"), private=chat.kind == "private")
    limits.count(bot, chat.id)
    sent = Message(chat.next_id(), chat.id, bot.shown(), int(time.time()), text, markup, thread)
    chat.messages[sent.message_id] = sent
    if markup and "inline_keyboard" not in markup:
        chat.keyboard = None if markup.get("remove_keyboard") else markup
    bot.note("sent", chat_id=chat.id, message_id=sent.message_id, text=text)
    return bot.shown_message(sent)


def edit_message_text(bot: Bot, params: Params) -> Any:
    chat = _chat(bot, params)
    message = _message(chat, params, "message to edit not found")
    if message.sender["id"] != bot.id:
        raise bad_request("message can't be edited")
    text = _text(params)
    markup = checked(_json(params, "reply_markup"), private=chat.kind == "private")
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("message can't be edited")
    if (text, markup or None) == (message.text, message.markup or None):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly"
            " the same as a current content and reply markup of the message"
        )
    limits.count(bot, chat.id)
    message.text, message.markup, message.edited_at = text, markup, int(time.time())
    bot.note("edited", chat_id=chat.id, message_id=message.message_id, text=text)
    return bot.shown_message(message)


def answer_callback_query(bot: Bot, params: Params) -> Any:
    press = bot.presses.get(str(params.get("callback_query_id", "")))
    if press is None or time.time() - press.at > _PRESS_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = str(params.get("text", ""))
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answer = text
    bot.note("answered", press=press.id, person=press.person, text=text)
    return True


def pin_chat_message(bot: Bot, params: Params) -> Any:
    chat = _chat(bot, params)
    message = _message(chat, params, "message to pin not found")
    if message.message_id in chat.pinned:
        chat.pinned.remove(message.message_id)
    chat.pinned.append(message.message_id)
    bot.note("pinned", chat_id=chat.id, message_id=message.message_id)
    return True


def unpin_chat_message(bot: Bot, params: Params) -> Any:
    chat = _chat(bot, params)
    number = _number(params, "message_id")
    number = (chat.pinned or [0])[-1] if number is None else number
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    bot.note("unpinned", chat_id=chat.id, message_id=number)
    return True


def get_me(bot: Bot, params: Params) -> Any:  # noqa: ARG001 - a method
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    return {**bot.shown(), **dict.fromkeys(abilities, False)}


def set_my_commands(bot: Bot, params: Params) -> Any:
    commands = _json(params, "commands")
    if not isinstance(commands, list) or not all(
        isinstance(one, dict) and one.get("command") and one.get("description") for one in commands
    ):
        raise bad_request("commands must be an array of BotCommand")
    bot.commands[str(params.get("language_code", ""))] = commands
    return True


def get_my_commands(bot: Bot, params: Params) -> Any:
    return bot.commands.get(str(params.get("language_code", "")), [])


def set_chat_menu_button(bot: Bot, params: Params) -> Any:
    button = _json(params, "menu_button") or {"type": "commands"}
    if button.get("type") == "web_app":
        check_web_app(button.get("web_app"))
    bot.menu_button = button
    return True


def get_chat_menu_button(bot: Bot, params: Params) -> Any:  # noqa: ARG001 - a method
    return bot.menu_button


def set_webhook(bot: Bot, params: Params) -> Any:
    url = str(params.get("url", ""))
    if not url:
        return delete_webhook(bot, params)
    if not is_reachable(url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = str(params.get("secret_token", ""))
    if not all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in secret):
        raise bad_request("secret token contains unallowed characters")
    bot.webhook = Webhook(url, secret)
    remember_allowed(bot, params)
    if _true(params, "drop_pending_updates"):
        bot.updates.clear()
    bot.note("webhook", url=url)
    return True


def delete_webhook(bot: Bot, params: Params) -> Any:
    bot.webhook = None
    if _true(params, "drop_pending_updates"):
        bot.updates.clear()
    return True


def get_webhook_info(bot: Bot, params: Params) -> Any:  # noqa: ARG001 - a method
    hook = bot.webhook
    found: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates),
    }
    if hook is not None and hook.last_error_at is not None:
        found |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    return found


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "answerCallbackQuery": answer_callback_query,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
"""All but getUpdates, which waits."""


def remember_allowed(bot: Bot, params: Params) -> None:
    """The kinds of updates the bot wants from now on; unsaid, it stays as it was."""
    allowed = _json(params, "allowed_updates")
    if allowed is not None:
        bot.allowed = [str(kind) for kind in allowed]


def _chat(bot: Bot, params: Params) -> Chat:
    if params.get("chat_id") in (None, ""):
        raise bad_request("chat_id is empty")
    chat_id = _number(params, "chat_id")
    chat = bot.chats.get(chat_id or 0)
    if chat is None:
        if chat_id in bot.people:
            raise forbidden("bot can't initiate conversation with a user")
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        refusal = bad_request("group chat was upgraded to a supergroup chat")
        refusal.parameters = {"migrate_to_chat_id": chat.migrated_to}
        raise refusal
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    return chat


def _message(chat: Chat, params: Params, otherwise: str) -> Message:
    message = chat.messages.get(_number(params, "message_id") or 0)
    if message is None:
        raise bad_request(otherwise)
    return message


def _text(params: Params) -> str:
    text = str(params.get("text", "")).strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > _MOST_TEXT:
        raise bad_request("message is too long")
    return text


def _number(params: Params, name: str) -> int | None:
    value = params.get(name)
    if value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError:
        raise bad_request(f"invalid {name} specified") from None


def _true(params: Params, name: str) -> bool:
    return str(params.get(name, "")).lower() in ("true", "1")


def _json(params: Params, name: str) -> Any:
    """A parameter that is an object or a list: as such in a JSON body, else as JSON text."""
    value = params.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None
