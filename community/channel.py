"""Where the community is written to: one chat, by the main bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from community.posting import Chat
from core.problems import Problem
from core.settings import Settings
from telegram.bots import bot_id


@dataclass(frozen=True, slots=True)
class Channel:
    """The chat; `live_topic_id` is the topic that everything goes to which names no other."""

    bot_id: int
    chat_id: int
    live_topic_id: int | None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """None where this deployment has none."""
        if settings.telegram_chat_id is None:
            return None
        return cls(
            bot_id=bot_id(settings.bot_tokens[0]),
            chat_id=settings.telegram_chat_id,
            live_topic_id=settings.telegram_live_topic_id,
        )

    @property
    def chat(self) -> Chat:
        return Chat(self.bot_id, self.chat_id)

    def topic(self, thread_id: int | None) -> int | None:
        """The topic that was named, else the live one."""
        return self.live_topic_id if thread_id is None else thread_id


def required(channel: Channel | None) -> Channel:
    """Raises Problem (409) `channel_not_set_up` where there is none."""
    if channel is None:
        raise Problem("channel_not_set_up", 409)
    return channel
