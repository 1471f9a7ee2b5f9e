"""People and their accounts: what the API tells of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.texts import text
from models import emails, mail_links
from models.bot_news import switches
from models.notices import Notice, message
from models.sign_ins import SignIn
from models.states import MarketType
from models.users import Account
from trading.accounts import advice
from trading.exemptions import exempted
from trading.key_state import key_state
from web.origin import shortened
from web.problems import language
from web.schemas.auth import AccountOut, Advice, ExemptionOut
from web.schemas.notices import NoticeOut
from web.schemas.passwords import EmailOut
from web.schemas.person import DEFAULTS, SessionOut, Settings


def account(row: Account) -> AccountOut:
    allowed = {MarketType.SPOT: row.can_trade_spot, MarketType.FUTURES: row.can_trade_futures}
    spoken = language()
    return AccountOut(
        id=row.id,
        label=row.label,
        environment=row.environment,
        api_key_masked=f"…{row.api_key_tail}",
        market=[market for market, may in allowed.items() if may],
        permissions=[f"{name}.{word}" for name, words in row.permissions.items() for word in words],
        advice=[Advice(code=code, message=text(f"advice.{code}", spoken)) for code in advice(row)],
        expires_at=row.expires_at,
        created_at=row.created_at,
        checked_at=row.checked_at,
        state=key_state(row),
        is_default=row.is_default,
        exempt=[
            ExemptionOut(symbol=exemption.symbol, keep_qty=exemption.keep_qty)
            for exemption in exempted(row)
        ],
    )


def email(database: Session, user_id: uuid.UUID) -> EmailOut | None:
    """The address that the person signs in by, else the one that they have yet to verify."""
    had = emails.of_person(database, user_id)
    if had is not None:
        return EmailOut(address=had.email, verified=True)
    awaited = mail_links.awaited_address(database, user_id)
    return None if awaited is None else EmailOut(address=awaited, verified=False)


def settings(chosen: Mapping[str, Any]) -> Settings:
    notify = {kind.value: on for kind, on in switches(chosen).items()}
    return Settings.model_validate({**DEFAULTS.model_dump(), **chosen, "notify": notify})


def notice(row: Notice) -> NoticeOut:
    return NoticeOut(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        message=message(row.kind, row.data, language()),
        data=row.data,
        created_at=row.created_at,
        read_at=row.read_at,
    )


def session(row: SignIn, current: uuid.UUID) -> SessionOut:
    return SessionOut(
        id=row.id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        platform=row.platform,
        remote_addr=shortened(row.remote_addr),
        is_current=row.id == current,
    )
