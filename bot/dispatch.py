"""Which handler an update goes to. The bot talks in private chats only; in groups it is silent."""

from __future__ import annotations

from collections.abc import Callable

from bot import (
    approvals,
    greeting,
    languages,
    linking,
    notifications,
    orders,
    phones,
    positions,
    questions,
    status,
)
from bot.context import Context
from bot.looking import Outlook, Refusal
from bot.refusing import refuse
from core.logs import get_logger
from core.problems import Problem
from core.vault import VaultError
from exchange.outcomes import ExchangeError
from identity.approvals import BLOCK, NOT_ME, PICK
from models.users import note_heard
from telegram.updates import Message, Press
from trading.exchange_problems import exchange_problem

log = get_logger(__name__)

Handler = Callable[[Context, Message, str], None]
"""Gets what stands behind the command, stripped."""
PressHandler = Callable[[Context, Press, str], None]
"""Gets what stands behind the prefix and its colon."""

# `/start <name>` and `/start <name>_<rest>`, as links https://t.me/<bot>?start=<name>_<rest> send
# it. The handler gets the rest; without one, the command of that name is meant.
STARTS: dict[str, Handler] = {"link": linking.ask}
COMMANDS: dict[str, Handler] = {
    "/link": phones.ask,
    "/status": status.tell,
    "/positions": positions.tell,
    "/reduce": orders.ask,
    "/restore": orders.ask,
    "/language": languages.ask,
    "/notify": notifications.ask,
    "/stop": notifications.stop,
}
# A button's data is "<prefix>:<rest>".
PRESSES: dict[str, PressHandler] = {
    PICK: approvals.pick,
    NOT_ME: approvals.refuse,
    BLOCK: approvals.block,
    linking.YES: linking.agree,
    linking.NO: linking.decline,
    questions.YES: questions.agree,
    questions.NO: questions.decline,
    languages.PICK: languages.pick,
    notifications.SWITCH: notifications.switch,
}
# What asks the exchange does so before the handler's transaction (`bot.looking`); the handler finds
# the answer as `context.found`.
COMMAND_LOOKS: dict[str, Callable[[Outlook, Message, str], object]] = {
    "/positions": positions.look,
    "/reduce": orders.look_reduce,
    "/restore": orders.look_restore,
}
# What one person may not ask without end (`Outlook.admit`).
PACED = frozenset({"/status", *COMMAND_LOOKS})
PRESS_LOOKS: dict[str, Callable[[Outlook, Press, str], object]] = {questions.YES: questions.look}
# What a shared contact goes to, with an empty rest.
ON_CONTACT: Handler = phones.take

MENU = ("start", "status", "positions", "reduce", "restore", "notify", "language", "stop", "link")
"""The commands as Telegram lists them."""


def needs_look(update: Message | Press) -> bool:
    return _look_of(update) is not None


def look(outlook: Outlook, update: Message | Press) -> object:
    """What the update's handler needs to know; a Problem or Refusal where it can't be known, or was
    asked for too often."""
    found = _look_of(update)
    try:
        if isinstance(update, Message) and _command_of(update) in PACED:
            outlook.admit(update.from_user)
        return None if found is None else found(outlook)
    except (Problem, Refusal) as refused:
        return refused
    except ExchangeError as error:
        return exchange_problem(error, outlook.language(update.from_user))
    except VaultError as error:
        log.error("bot.no_keys", error=type(error).__name__)
        return Problem("internal_error", 500)


def _look_of(update: Message | Press) -> Callable[[Outlook], object] | None:
    if isinstance(update, Press):
        prefix, _, data = update.data.partition(":")
        on_press = PRESS_LOOKS.get(prefix)
        return None if on_press is None else lambda outlook: on_press(outlook, update, data)
    on_command = COMMAND_LOOKS.get(_command_of(update))
    _, rest = _named(update.text)
    return None if on_command is None else lambda outlook: on_command(outlook, update, rest)


def _command_of(message: Message) -> str:
    """The name of a command that is answered; empty for whatever else is written."""
    if not message.is_private or message.contact is not None:
        return ""
    return _named(message.text)[0]


def handle(context: Context, update: Message | Press) -> None:
    """Let the update's handler answer; a button that nobody knows is called out of date."""
    _answer(context, update)
    if update.chat_id == update.from_user.id:
        note_heard(context.session, update.from_user.id, context.bot_id)


def _answer(context: Context, update: Message | Press) -> None:
    if isinstance(context.found, Problem | Refusal):
        refuse(context, update, context.found)
    elif isinstance(update, Press):
        prefix, _, rest = update.data.partition(":")
        PRESSES.get(prefix, greeting.stale)(context, update, rest)
    elif not update.is_private:
        return
    elif update.contact is not None:
        ON_CONTACT(context, update, "")
    else:
        handler, rest = _command(update.text)
        handler(context, update, rest)


def _named(text: str) -> tuple[str, str]:
    """The command's name and what stands behind it: of `/name rest` or `/name@bot rest`."""
    word, _, rest = text.strip().partition(" ")
    return word.partition("@")[0].lower(), rest.strip()


def _command(text: str) -> tuple[Handler, str]:
    """The handler of a command; whoever writes anything else is greeted."""
    name, rest = _named(text)
    if name == "/start":
        link, _, behind = rest.partition("_")
        if not behind and link in STARTS and f"/{link}" in COMMANDS:
            return COMMANDS[f"/{link}"], ""
        return (STARTS[link], behind) if link in STARTS else (notifications.start, "")
    return COMMANDS.get(name, greeting.greet), rest
