"""Samples of exposure: by jobs, by whoever reads a book, and by the sampler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from models import exposures
from models.exposures import Exposure, Sides
from models.states import JobKind, MarketType
from models.users import Account, User
from tests.trading.conftest import Trader
from trading.desk import Desk
from trading.exposure import history
from trading.sampling import claim_sampling, remove_old_samples, sample_books

FUTURES, SPOT = MarketType.FUTURES, MarketType.SPOT
MINUTE = timedelta(minutes=1)
MakeTrader = Callable[..., Trader]
BOOK = [
    {"category": "linear", "symbol": "AXSUSDT", "side": "Buy", "size": "1000"},
    {"category": "inverse", "symbol": "EOSUSD", "side": "Sell", "size": "300"},
]


@pytest.fixture
def trader(make_trader: MakeTrader) -> Trader:
    return make_trader(balances={"USDT": "100000", "EOS": "5000"}, positions=BOOK)


def samples(trader: Trader, market: MarketType = FUTURES) -> list[Sides]:
    with trader.sessions() as session:
        found = history(session, trader.account.id, market, 7).samples
    return [Sides(sample.long_value, sample.short_value) for sample in found]


def test_a_job_notes_the_book_before_and_after(trader: Trader) -> None:
    trader.reduce(FUTURES, "50")
    before, after = samples(trader)
    assert before.short_value == 300
    assert before.long_value == pytest.approx(Decimal(6012), rel=Decimal("0.2"))
    assert after == Sides(before.long_value / 2, Decimal(150))
    trader.restore(FUTURES)
    *_, last = samples(trader)
    assert last.short_value == 300
    with trader.sessions() as session:
        jobs = history(session, trader.account.id, FUTURES, 7).jobs
    assert [job.kind for job in jobs] == [JobKind.REDUCE, JobKind.RESTORE]


def test_a_job_that_fills_nothing_changes_nothing(make_trader: MakeTrader) -> None:
    trader = make_trader(balances={"USDT": "100"})
    trader.reduce(FUTURES, "50")
    assert samples(trader) == [Sides(Decimal(0), Decimal(0))]
    with trader.sessions() as session:
        assert not history(session, trader.account.id, FUTURES, 7).jobs


def test_readings_that_follow_each_other_leave_one_sample(trader: Trader) -> None:
    for _ in range(2):
        for market in (FUTURES, SPOT):
            with trader.sessions.begin() as session:
                sides = Sides(Decimal(10), Decimal(5))
                exposures.record_if_due(session, trader.account.id, market, sides, MINUTE)
    assert samples(trader) == samples(trader, SPOT) == [Sides(Decimal(10), Decimal(5))]


def test_a_long_time_is_thinned_evenly(trader: Trader) -> None:
    with trader.sessions.begin() as session:
        session.execute(
            text(
                "insert into exposures select :account, 'futures',"
                " now() - make_interval(mins => 1999 - n), n, 0 from generate_series(0, 1999) n"
            ),
            {"account": trader.account.id},
        )
    shown = [int(sides.long_value) for sides in samples(trader)]
    assert (len(shown), shown[0], shown[-1]) == (500, 0, 1999)
    assert {later - earlier for earlier, later in pairwise(shown)} == {4, 5}
    with trader.sessions() as session:
        few = exposures.series(
            session, trader.account.id, FUTURES, clock.utcnow() - timedelta(minutes=400), 500
        )
    assert len(few) == 400


@pytest.mark.usefixtures("clean_database")
def test_the_sampler_reads_the_books_of_people_seen_lately(
    make_trader: MakeTrader, desk: Desk, sessions: sessionmaker[Session]
) -> None:
    settings = desk.settings.model_copy(update={"exposure_seconds": 900})
    sampling = replace(desk, settings=settings)
    broken, seen, away = (make_trader(positions=BOOK[:1]) for _ in range(3))
    with sessions.begin() as session:
        session.execute(
            update(Account).where(Account.id == broken.account.id).values(api_key_enc="no key")
        )
        session.execute(
            update(User)
            .where(User.id == away.account.user_id)
            .values(last_seen_at=func.now() - timedelta(days=8))
        )
    assert sample_books(sampling, sessions, pace_seconds=0) == 2
    assert [len(samples(one)) for one in (broken, seen, away)] == [0, 1, 0]
    assert len(samples(seen, SPOT)) == 1
    # What is fresh is not read again.
    assert sample_books(sampling, sessions, pace_seconds=0) == 0


@pytest.mark.usefixtures("clean_database")
def test_a_round_is_claimed_once_and_never_where_it_is_off(
    sessions: sessionmaker[Session],
) -> None:
    assert not claim_sampling(sessions, 0)
    assert not claim_sampling(sessions, 0)
    claims = [claim_sampling(sessions, 900) for _ in range(3)]
    assert claims == [False, True, False]


def test_old_samples_are_removed(trader: Trader) -> None:
    trader.reduce(FUTURES, "50")
    with trader.sessions.begin() as session:
        oldest = select(func.min(Exposure.at)).where(Exposure.account_id == trader.account.id)
        session.execute(
            update(Exposure)
            .where(
                Exposure.account_id == trader.account.id, Exposure.at == oldest.scalar_subquery()
            )
            .values(at=func.now() - timedelta(days=31))
        )
    remove_old_samples(trader.sessions, 30)
    with trader.sessions() as session:
        kept = history(session, trader.account.id, FUTURES, 90).samples
    assert len(kept) == 1
