"""What a bot tells a person by itself: where it may write, and what they did not switch off."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.ids import new_id
from core.queue_names import BOT_CHANNEL
from core.texts import DEFAULT


class News(StrEnum):
    """The kinds that are switched one by one, in a person's settings under `notify`. Requests of
    browsers to be signed in are none of them: they can't wait."""

    RECEIPTS = "receipts"
    KEY_WARNINGS = "key_warnings"
    SECURITY = "security"
    SIGNALS = "signals"


def switches(settings: Mapping[str, Any]) -> dict[News, bool]:
    """Which kinds the person with these settings is told: all but what they switched off."""
    chosen = settings.get("notify") or {}
    return {kind: bool(chosen.get(kind.value, True)) for kind in News}


def owe_news(
    session: Session,
    user_id: uuid.UUID,
    news: News,
    *,
    key: str,
    texts: Mapping[str, str],
    asked_in: uuid.UUID | None = None,
    only_where_asked: bool = False,
) -> None:
    """Owe a message to the person in the caller's transaction, by one statement: nothing where no
    bot may write to them, where they switched the kind off, or where `key` was owed before. `texts`
    by language. Where it answers the question `asked_in` of theirs it takes that message's place,
    whatever is switched off; `only_where_asked`: and is nothing otherwise."""
    session.execute(
        _OWE,
        {
            "id": new_id(),
            "user_id": user_id,
            "news": news.value,
            "key": key,
            "texts": json.dumps(texts),
            "asked_in": asked_in,
            "unasked": not only_where_asked,
        },
    )


# As models.users.language_of: what they chose in the app, else what their Telegram speaks.
_OWE = text(
    f"""
    with owed as (
      insert into bot_sends (id, bot_id, chat_id, user_id, kind, text, key, edits_message)
      select
        cast(:id as uuid),
        coalesce(asked.bot_id, users.bot_id),
        coalesce(asked.chat_id, users.telegram_id),
        users.id,
        :news,
        coalesce(
          cast(:texts as jsonb) ->> coalesce(
            users.settings ->> 'language', split_part(lower(users.language_code), '-', 1)
          ),
          cast(:texts as jsonb) ->> '{DEFAULT}'
        ),
        :key,
        asked.message_id
      from users
      left join bot_questions asked
        on asked.id = cast(:asked_in as uuid) and asked.user_id = users.id
        and asked.message_id is not null
      where users.id = cast(:user_id as uuid)
        and (
          asked.id is not null
          or (
            :unasked
            and users.telegram_id is not null
            and users.bot_id is not null
            and users.bot_refused_at is null
            and users.settings #>> array['notify', :news] is distinct from 'false'
          )
        )
      on conflict (key) do nothing
      returning id
    )
    select pg_notify('{BOT_CHANNEL}', '') from owed
    """  # noqa: S608 - constants of ours
)
