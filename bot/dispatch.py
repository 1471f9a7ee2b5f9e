"""Which handler an update goes to. The bot talks in private chats only; in groups it is silent."""

from __future__ import annotations

from collections.abc import Callable

from bot import approvals, greeting, linking, phones
from bot.context import Context
from identity.approvals import BLOCK, NOT_ME, PICK
from telegram.updates import Message, Press

Handler = Callable[[Context, Message, str], None]
"""Gets what stands behind the command, stripped."""
PressHandler = Callable[[Context, Press, str], None]
"""Gets what stands behind the prefix and its colon."""

# `/start <name>` and `/start <name>_<rest>`, as links https://t.me/<bot>?start=<name>_<rest> send
# it. The handler gets the rest; without one, the command of that name is meant.
STARTS: dict[str, Handler] = {"link": linking.ask}
COMMANDS: dict[str, Handler] = {"/link": phones.ask}
# A button's data is "<prefix>:<rest>".
PRESSES: dict[str, PressHandler] = {
    PICK: approvals.pick,
    NOT_ME: approvals.refuse,
    BLOCK: approvals.block,
    linking.YES: linking.agree,
    linking.NO: linking.decline,
}
# What a shared contact goes to, with an empty rest.
ON_CONTACT: Handler = phones.take


def handle(context: Context, update: Message | Press) -> None:
    """Let the update's handler answer; a button that nobody knows is called out of date."""
    if isinstance(update, Press):
        prefix, _, rest = update.data.partition(":")
        PRESSES.get(prefix, greeting.stale)(context, update, rest)
        return
    if not update.is_private:
        return
    if update.contact is not None:
        ON_CONTACT(context, update, "")
        return
    handler, rest = _command(update.text)
    handler(context, update, rest)


def _command(text: str) -> tuple[Handler, str]:
    """The handler of `/name rest` or `/name@bot rest`; whoever writes anything else is greeted."""
    word, _, rest = text.strip().partition(" ")
    name = word.partition("@")[0].lower()
    if name == "/start":
        link, _, behind = rest.strip().partition("_")
        if not behind and f"/{link}" in COMMANDS:
            return COMMANDS[f"/{link}"], ""
        return (STARTS[link], behind) if link in STARTS else (greeting.greet, "")
    return COMMANDS.get(name, greeting.greet), rest.strip()
