"""The sampler: reads the books of people seen lately, so that their exposure has no gaps while
nobody looks; and removes samples that are too old."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from core.logs import get_logger
from core.vault import VaultError
from exchange.outcomes import ExchangeError
from models import exposures, row_security
from models.states import MarketType
from models.users import Account
from trading.books import read_book
from trading.desk import Desk
from trading.exposure import exposure_of
from trading.schedules import claim_run

log = get_logger(__name__)

_NAME = "sample_exposures"
_SEEN = timedelta(days=7)
_PACE_SECONDS = 0.2
_BATCH = 5000


def claim_sampling(sessions: sessionmaker[Session], every_seconds: int) -> bool:
    """Whether a round is due now; true for one caller only. Never where it is off (0)."""
    if not every_seconds:
        return False
    return claim_run(sessions, _NAME, timedelta(seconds=every_seconds))


def sample_books(
    desk: Desk,
    sessions: sessionmaker[Session],
    *,
    stopping: threading.Event | None = None,
    pace_seconds: float = _PACE_SECONDS,
) -> int:
    """One round: a sample of each book that has none from the last half of an interval; how many
    were taken. What fails for one account is logged, and the next is read."""
    fresh = timedelta(seconds=desk.settings.exposure_seconds / 2)
    with sessions() as session:
        due = exposures.accounts_to_sample(session, seen=_SEEN, fresh=fresh)
    taken, pause = 0, stopping or threading.Event()
    for account, market in due:
        taken += _sample(desk, sessions, account, market, fresh)
        # One account after the other leaves the address's budget to people.
        if pause.wait(pace_seconds):
            break
    if taken:
        log.info("exposure.sampled", books=taken, due=len(due))
    return taken


def _sample(
    desk: Desk,
    sessions: sessionmaker[Session],
    account: Account,
    market: MarketType,
    fresh: timedelta,
) -> bool:
    try:
        book = read_book(desk, desk.gateway(account), market, account_id=account.id)
        with row_security.of(sessions, account.user_id).begin() as session:
            exposures.record_if_due(session, account.id, market, exposure_of(book), fresh)
    except (ExchangeError, VaultError, SQLAlchemyError) as error:
        log.warning("exposure.not_sampled", account_id=str(account.id), error=type(error).__name__)
        return False
    return True


def remove_old_samples(
    sessions: sessionmaker[Session],
    retention_days: int,
    *,
    stopping: threading.Event | None = None,
) -> None:
    """Remove what is older than retention, in small transactions."""
    while stopping is None or not stopping.is_set():
        with sessions.begin() as session:
            gone = exposures.remove_before(session, timedelta(days=retention_days), _BATCH)
        if gone < _BATCH:
            return
