"""Ask the exchange again what stored keys may do, and leave notices for their owners."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.logs import get_logger
from core.problems import Problem
from core.vault import VaultError
from exchange.gateway import Gateway
from exchange.outcomes import AuthProblem, ExchangeError
from exchange.types import KeyInfo
from models import audit, notices, row_security
from models.users import Account, hold_live_account, keys_to_check, live_account
from trading.accounts import Origin
from trading.desk import Desk
from trading.key_state import facts, findings, findings_of_refusal
from trading.schedules import claim_run

log = get_logger(__name__)

_NAME = "check_keys"
_ROUNDS = 24
_SHORTEST = timedelta(minutes=1)
_MOST = 5000
_PACE_SECONDS = 0.2


def claim_key_check(sessions: sessionmaker[Session], every_seconds: int) -> bool:
    """Whether a round is due now; true for one caller only. Never where it is off (0).

    A key is checked once in `every_seconds`; rounds come oftener, so that one which the exchange
    did not answer for is asked about again soon."""
    if not every_seconds:
        return False
    return claim_run(sessions, _NAME, max(_SHORTEST, timedelta(seconds=every_seconds) / _ROUNDS))


def check_keys(
    desk: Desk,
    sessions: sessionmaker[Session],
    *,
    stopping: threading.Event | None = None,
    pace_seconds: float = _PACE_SECONDS,
) -> int:
    """One round: every live key that was not checked for `key_check_seconds`; how many were. What
    fails for one account is logged, and the next is checked."""
    with sessions() as session:
        due = keys_to_check(session, timedelta(seconds=desk.settings.key_check_seconds), _MOST)
    checked, pause = 0, stopping or threading.Event()
    for account in due:
        checked += _check(desk, sessions, account)
        # One account after the other leaves the address's budget to people.
        if pause.wait(pace_seconds):
            break
    if checked:
        log.info("keys.checked", keys=checked, due=len(due))
    return checked


def check_own_key(
    session: Session, desk: Desk, user_id: uuid.UUID, account_id: uuid.UUID, origin: Origin
) -> Account:
    """Check one key now, as its owner asks. Raises Problem `not_found`, and the gateway's errors
    when the exchange can't be asked; a refusal of the key is no error."""
    account = live_account(session, user_id, account_id)
    if account is None:
        raise Problem("not_found", 404)
    gateway = desk.gateway(account)
    # No transaction stays open while the exchange is asked.
    session.rollback()
    checked = _note(session, account_id, _ask(gateway), origin)
    if checked is None:
        raise Problem("not_found", 404)
    session.commit()
    return checked


def _check(desk: Desk, sessions: sessionmaker[Session], account: Account) -> bool:
    try:
        answer = _ask(desk.gateway(account))
        with row_security.of(sessions, account.user_id).begin() as session:
            return _note(session, account.id, answer, Origin()) is not None
    except (ExchangeError, VaultError, SQLAlchemyError) as error:
        log.warning("key.not_checked", account_id=str(account.id), error=type(error).__name__)
        return False


def _ask(gateway: Gateway) -> KeyInfo | AuthProblem:
    try:
        return gateway.key_info()
    except AuthProblem as refusal:
        return refusal


def _note(
    session: Session, account_id: uuid.UUID, answer: KeyInfo | AuthProblem, origin: Origin
) -> Account | None:
    """Store the answer, and leave a notice and an audit entry for each thing that is news; None for
    an account that was removed meanwhile."""
    account = hold_live_account(session, account_id)
    if account is None:
        return None
    now = clock.utcnow()
    if isinstance(answer, AuthProblem):
        found = findings_of_refusal(account, answer)
        changed = {"refused_reason": answer.reason}
    else:
        found = findings(account, answer, now)
        changed = facts(answer)
    for column, value in changed.items():
        setattr(account, column, value)
    account.checked_at = now
    subject = f"account:{account.id}"
    named = {"label": account.label, "tail": account.api_key_tail}
    for finding in found:
        if notices.add(session, account.user_id, finding.news, subject, {**named, **finding.data}):
            # Without the details: they tell of the person, and entries of the log stay for ever.
            audit.record(
                session,
                f"account.{finding.news}",
                subject,
                user_id=account.user_id,
                request_id=origin.request_id,
                remote_addr=origin.remote_addr,
            )
    return account
