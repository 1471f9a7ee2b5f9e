"""How much a bot may send: about 1 message a second in a chat, 20 a minute in a group, 30 a second
in all (core.telegram.org/bots/faq). Telegram lets short bursts pass; this does not."""

from __future__ import annotations

import time

from sandbox.telegram.errors import too_many
from sandbox.telegram.world import Bot

_CHAT_SECONDS = 0.95
_GROUP_MINUTE = 20
_BOT_SECOND = 30


def count(bot: Bot, chat_id: int) -> None:
    """Raises Refusal 429 for one message too many."""
    if not bot.limits:
        return
    now = time.monotonic()
    while bot.sent and now - bot.sent[0][0] >= 60:
        bot.sent.popleft()
    here = [at for at, chat in bot.sent if chat == chat_id]
    if here and now - here[-1] < _CHAT_SECONDS:
        raise too_many(1)
    if chat_id < 0 and len(here) >= _GROUP_MINUTE:
        raise too_many(int(60 - (now - here[0])) + 1)
    if sum(now - at < 1 for at, _ in bot.sent) >= _BOT_SECOND:
        raise too_many(1)
    bot.sent.append((now, chat_id))
