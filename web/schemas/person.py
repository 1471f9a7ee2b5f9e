"""A person's settings, their sign-ins, and their going."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import StrictBool

from models.states import MarketType
from web.schemas.fields import Amount, Out, Percent, Strict, unchanged


class Language(StrEnum):
    RU = "ru"
    EN = "en"


class ConfirmStyle(StrEnum):
    """How an order is confirmed in the app."""

    HOLD = "hold"
    TAP = "tap"
    BIOMETRICS = "biometrics"


UndoSeconds = Literal[0, 3, 5, 10]


class Notify(Out):
    """What the bot tells by itself. Requests to be signed in always come."""

    receipts: bool
    key_warnings: bool
    security: bool
    signals: bool


class NotifyChange(Strict):
    """What is not named stays as it was."""

    receipts: StrictBool = unchanged()
    key_warnings: StrictBool = unchanged()
    security: StrictBool = unchanged()
    signals: StrictBool = unchanged()


class Settings(Out):
    """`language` null: the one that Telegram tells."""

    language: Language | None
    confirm_style: ConfirmStyle
    default_percent: Amount
    undo_seconds: UndoSeconds
    default_market: MarketType
    notify: Notify


DEFAULTS = Settings(
    language=None,
    confirm_style=ConfirmStyle.HOLD,
    default_percent=Decimal(25),
    undo_seconds=3,
    default_market=MarketType.FUTURES,
    notify=Notify(receipts=True, key_warnings=True, security=True, signals=True),
)
"""Of whoever chose nothing."""


class SettingsChange(Strict):
    """What is not named stays as it was."""

    language: Language | None = unchanged()
    confirm_style: ConfirmStyle = unchanged()
    default_percent: Percent = unchanged()
    undo_seconds: UndoSeconds = unchanged()
    default_market: MarketType = unchanged()
    notify: NotifyChange = unchanged()


class SessionOut(Out):
    """One sign-in that still lives. The address is told without its last part."""

    id: uuid.UUID
    created_at: datetime
    last_seen_at: datetime
    platform: str
    remote_addr: str
    is_current: bool


class Sessions(Out):
    items: list[SessionOut]
    next_cursor: None = None


class SessionPath(Strict):
    session_id: uuid.UUID


class Farewell(Strict):
    """The word has to be written out: nothing can be brought back."""

    confirm: Literal["DELETE"]
