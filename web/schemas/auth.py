"""Sign-in and accounts."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from core.roles import Permission, Role
from exchange.rsa_keys import MAX_PEM, UnusableKey, canonical, is_private_key
from exchange.types import ExchangeEnvironment
from models.states import MarketType
from trading.key_state import KeyState
from web.schemas.fields import Amount, Name, Out, Strict, unchanged
from web.schemas.passwords import EmailOut
from web.schemas.person import Settings
from web.schemas.positions import MANY, ExemptionIn
from web.schemas.second_factors import SecondFactors

_MAX_KEY = 256
_VISIBLE = r"^[\x21-\x7e]+$"
Key = Annotated[str, Field(min_length=8, max_length=_MAX_KEY, pattern=_VISIBLE)]


def _secret(value: str) -> str:
    """What Bybit made up, or an RSA private key: that one in one form only."""
    if is_private_key(value):
        try:
            return canonical(value)
        except UnusableKey as error:
            raise PydanticCustomError(error.code, "no usable RSA private key") from None
    if len(value) > _MAX_KEY:
        raise PydanticCustomError("string_too_long", "too long")
    if not re.fullmatch(_VISIBLE, value):
        raise PydanticCustomError("string_pattern_mismatch", "visible characters")
    return value


Secret = Annotated[str, Field(min_length=8, max_length=MAX_PEM), AfterValidator(_secret)]


class TelegramSignIn(Strict):
    init_data: str = Field(min_length=1, max_length=8192)


class DevSignIn(Strict):
    telegram_id: int = Field(gt=0, lt=2**52)
    first_name: Name = "Test"


class Tokens(Out):
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the RFC's word
    expires_in: int


class NewAccount(Strict):
    label: Name
    environment: ExchangeEnvironment
    api_key: Key
    api_secret: Secret


class AccountPath(Strict):
    account_id: uuid.UUID


class AccountChange(Strict):
    """What is not named stays as it was. `exempt` replaces the whole list."""

    label: Name = unchanged()
    is_default: Literal[True] = unchanged()
    exempt: list[ExemptionIn] = unchanged(max_length=MANY)


class Advice(Out):
    code: str
    message: str


class ExemptionOut(Out):
    """A symbol that no reduce touches: at all, or below a quantity that is kept."""

    symbol: str
    keep_qty: Amount | None


class AccountOut(Out):
    id: uuid.UUID
    label: str
    environment: ExchangeEnvironment
    api_key_masked: str
    market: list[MarketType]
    permissions: list[str]
    advice: list[Advice]
    expires_at: datetime | None
    created_at: datetime
    checked_at: datetime
    state: KeyState
    is_default: bool
    exempt: list[ExemptionOut]


class Accounts(Out):
    items: list[AccountOut]
    next_cursor: None = None


class Me(Out):
    id: uuid.UUID
    telegram_id: int | None
    phone_masked: str | None
    first_name: str
    username: str | None
    language: str
    environment: str
    settings: Settings
    role: Role
    permissions: list[Permission]
    email: EmailOut | None
    accounts: list[AccountOut]
    second_factors: SecondFactors
    # In dollars; null: no job is confirmed.
    confirm_over: Amount | None
