"""Connect, change and remove a key pair. A key is checked with the exchange before it is stored."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.problems import Problem, field_problem
from exchange.gateway import Credentials
from exchange.outcomes import AuthProblem
from exchange.types import ExchangeEnvironment, KeyInfo
from models import audit
from models.jobs import Job
from models.states import ENDED_JOBS
from models.users import (
    Account,
    hold_live_accounts,
    key_is_connected,
    live_account,
    live_accounts,
    remove_keys,
)
from trading.desk import Desk
from trading.exemptions import exempted, refuse_unknown, stored
from trading.key_state import facts
from trading.requests import Exemption

_EXPIRY_WARNING = timedelta(days=14)
# What the exchange says of the key → our problem, and the field to look at.
_REFUSALS = {
    "key_invalid": ("key_wrong_environment", "api_key"),
    "key_signature": ("key_secret_wrong", "api_secret"),
    "key_expired": ("key_expired", "api_key"),
    "key_ip_not_bound": ("key_ip_not_bound", "api_key"),
    "key_permission": ("key_cannot_trade", "api_key"),
    "key_not_unified": ("key_not_unified", "api_key"),
}


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a person types in."""

    label: str
    environment: ExchangeEnvironment
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of an account; None leaves it as it was. `exempt` replaces the whole list."""

    label: str | None = None
    make_default: bool = False
    exempt: list[Exemption] | None = None

    @property
    def named(self) -> list[str]:
        """What is changed, for the audit log."""
        given = {
            "label": self.label is not None,
            "is_default": self.make_default,
            "exempt": self.exempt is not None,
        }
        return [name for name, is_given in given.items() if is_given]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, for the audit log."""

    request_id: str | None = None
    remote_addr: str | None = None


def connect(
    session: Session, desk: Desk, user_id: uuid.UUID, key: NewKey, origin: Origin
) -> Account:
    """Check the key with the exchange and store it encrypted.

    Raises Problem (422) `key_wrong_environment`, `key_secret_wrong`, `key_cannot_trade`,
    `key_can_withdraw`, `key_expired`, `key_ip_not_bound`, `key_not_unified`, `key_refused`;
    (409) `key_already_connected`; and the gateway's errors when the exchange can't be asked.
    """
    if key.environment is ExchangeEnvironment.SANDBOX and not desk.settings.is_sandbox:
        raise field_problem("environment", "environment_not_available", status=422)
    info = _ask(desk, key)
    _refuse_dangerous(info)
    _refuse_connected(session, desk, user_id, key)
    account = _row(session, desk, user_id, key, info)
    session.add(account)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise field_problem("api_key", "key_already_connected", status=409) from None
    audit.record(
        session,
        "account.connect",
        f"account:{account.id}",
        user_id=user_id,
        details={"environment": account.environment},
        request_id=origin.request_id,
        remote_addr=origin.remote_addr,
    )
    session.commit()
    return account


def _ask(desk: Desk, key: NewKey) -> KeyInfo:
    try:
        return desk.unstored_gateway(key.credentials, key.environment).key_info()
    except AuthProblem as error:
        code, field = _REFUSALS.get(error.reason, ("key_refused", "api_key"))
        raise field_problem(
            field, code, status=422, values={"message": error.message[:200]}
        ) from None


def _refuse_dangerous(info: KeyInfo) -> None:
    if info.can_withdraw:
        raise field_problem("api_key", "key_can_withdraw", status=422)
    if not (info.can_trade_futures or info.can_trade_spot):
        raise field_problem("api_key", "key_cannot_trade", status=422)
    if info.expires_at is not None and info.expires_at <= clock.utcnow():
        raise field_problem("api_key", "key_expired", status=422)


def _refuse_connected(session: Session, desk: Desk, user_id: uuid.UUID, key: NewKey) -> None:
    """While master secrets are being replaced, the same key may stand under an older one, where
    the unique index does not see it."""
    known = desk.vault.fingerprints(key.credentials.api_key)
    if key_is_connected(session, user_id, key.environment.value, known):
        raise field_problem("api_key", "key_already_connected", status=409)


def _row(session: Session, desk: Desk, user_id: uuid.UUID, key: NewKey, info: KeyInfo) -> Account:
    credentials = key.credentials
    return Account(
        user_id=user_id,
        label=key.label,
        environment=key.environment.value,
        api_key_enc=desk.vault.encrypt(user_id, credentials.api_key),
        api_secret_enc=desk.vault.encrypt(user_id, credentials.api_secret),
        api_key_tail=credentials.api_key[-4:],
        key_fingerprint=desk.vault.fingerprint(credentials.api_key),
        checked_at=clock.utcnow(),
        is_default=not any(a.is_default for a in live_accounts(session, user_id)),
        **facts(info),
    )


def change(
    session: Session,
    desk: Desk,
    user_id: uuid.UUID,
    account_id: uuid.UUID,
    wanted: Change,
    origin: Origin,
) -> Account:
    """Change what is named. Raises Problem `not_found`; `unknown_symbol` (400) with the field
    `exempt.<place>.symbol`."""
    account = live_account(session, user_id, account_id)
    if account is None:
        raise Problem("not_found", 404)
    if wanted.exempt is not None:
        gateway, known = desk.gateway(account), {e.symbol for e in exempted(account)}
        # No transaction stays open while the exchange is asked.
        session.rollback()
        refuse_unknown(gateway, wanted.exempt, known)
    found = {row.id: row for row in hold_live_accounts(session, user_id)}
    if account_id not in found:
        raise Problem("not_found", 404)
    account = found[account_id]
    if wanted.label is not None:
        account.label = wanted.label
    if wanted.exempt is not None:
        account.exempt = stored(wanted.exempt)
    if wanted.make_default and not account.is_default:
        for other in found.values():
            other.is_default = False
        # Two defaults at once are refused by the database, so the old one goes first.
        session.flush()
        account.is_default = True
    audit.record(
        session,
        "account.change",
        f"account:{account_id}",
        user_id=user_id,
        details={"changed": wanted.named},
        request_id=origin.request_id,
        remote_addr=origin.remote_addr,
    )
    session.commit()
    return account


def remove(
    session: Session, desk: Desk, user_id: uuid.UUID, account_id: uuid.UUID, origin: Origin
) -> None:
    """Forget the key pair; the oldest of the others becomes the default if this one was. Raises
    Problem `not_found`; `account_busy` (409) while a job of the account has not ended, since
    without the key nobody could learn how its orders ended."""
    found = {row.id: row for row in hold_live_accounts(session, user_id, against_jobs=True)}
    account = found.pop(account_id, None)
    if account is None:
        raise Problem("not_found", 404)
    unfinished = session.scalar(
        select(func.count())
        .select_from(Job)
        .where(Job.account_id == account_id, Job.state.not_in(list(ENDED_JOBS)))
    )
    if unfinished:
        raise Problem("account_busy", 409)
    was_default = account.is_default
    remove_keys(account, clock.utcnow())
    session.flush()
    if was_default:
        for other in list(found.values())[:1]:
            other.is_default = True
    audit.record(
        session,
        "account.remove",
        f"account:{account_id}",
        user_id=user_id,
        request_id=origin.request_id,
        remote_addr=origin.remote_addr,
    )
    session.commit()
    desk.forget(account_id)


def advice(account: Account) -> list[str]:
    """Codes of what the owner could do better with this key: `no_ip_list`, `expires_soon`,
    `futures_not_allowed`, `spot_not_allowed`."""
    found = []
    if not account.has_ip_list:
        found.append("no_ip_list")
    if account.expires_at is not None and account.expires_at - clock.utcnow() < _EXPIRY_WARNING:
        found.append("expires_soon")
    if not account.can_trade_futures:
        found.append("futures_not_allowed")
    if not account.can_trade_spot:
        found.append("spot_not_allowed")
    return found
