"""Five hundred random books, reduced and restored; the oracle holds and every unit is explained."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.core import given
from sqlalchemy import select

from core.settings import Settings
from models.fills import Snapshot
from models.states import ENDED_JOBS, MarketType
from tests import oracle
from tests.trading.conftest import Trader
from trading.desk import Desk
from trading.views import JobView

SHARDS, EXAMPLES = 4, 125
LISTED = {"linear": 14, "inverse": 5, "spot": 10}
STEPS = ("0.001", "0.01", "0.1", "1", "10", "0.0001")
ZERO = Decimal(0)
Rules = dict[tuple[str, str], dict[str, Decimal]]


@pytest.fixture(scope="module")
def wild_market(
    control: Callable[..., Any], process_number: int, settings: Settings
) -> tuple[Rules, Desk]:
    """Instruments of this process's own with random steps, prices and limits, and a desk that has
    not cached the exchange's yet."""
    dice = random.Random(process_number + 7)
    rules: Rules = {}
    for category, count in LISTED.items():
        for number in range(count):
            base = f"W{process_number}{category[0].upper()}{number}"
            symbol = base + ("USD" if category == "inverse" else "USDT")
            step = Decimal(dice.choice(STEPS)) if category != "inverse" else Decimal(1)
            price = Decimal(dice.choice((1, 3, 7, 12, 95, 410, 2500))) * dice.choice(
                (Decimal("0.01"), Decimal(1), Decimal(10))
            )
            most = step * dice.choice((150, 500, 100_000))
            control(
                "POST",
                "instruments",
                {
                    "category": category,
                    "symbol": symbol,
                    "base": base,
                    "quote": "USD" if category == "inverse" else "USDT",
                    "price": str(price),
                    "tick": "0.0001",
                    "lot_step": str(step),
                    "max_market_qty": str(most),
                },
            )
            rules[category, symbol] = {"step": step, "price": price, "most": most}
    return rules, Desk.from_settings(settings)


books = st.fixed_dictionaries(
    {
        "hedge": st.booleans(),
        "market": st.sampled_from(MarketType),
        "percent": st.integers(1, 10_000).map(lambda hundredths: Decimal(hundredths) / 100),
        "move": st.sampled_from((0, -250, 180, 900)),
        # (instrument, lot steps, long, hedge both sides)
        "rows": st.lists(
            st.tuples(st.integers(0, 18), st.integers(1, 900), st.booleans(), st.booleans()),
            min_size=1,
            max_size=7,
            unique_by=lambda row: row[0],
        ),
        "round_up": st.booleans(),
    }
)


@pytest.mark.timeout(400)
# They reach nothing that other tests don't, and are slow enough without being counted.
@pytest.mark.no_cover
@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_books_come_back_but_for_what_is_explained(
    shard: int,
    make_trader: Callable[..., Trader],
    wild_market: tuple[Rules, Desk],
    control: Callable[..., Any],
) -> None:
    rules, desk = wild_market
    futures = [key for key in rules if key[0] != "spot"]
    spot = [key for key in rules if key[0] == "spot"]

    @seed(shard)
    @settings_for_books
    @given(books)
    def run(book: dict[str, Any]) -> None:
        is_spot = book["market"] is MarketType.SPOT
        keys = spot if is_spot else futures
        rows = [(keys[i % len(keys)], *rest) for i, *rest in book["rows"]]
        rows = list({row[0]: row for row in rows}.values())
        trader = make_trader(**_seeded(rows, rules, is_spot=is_spot, hedge=book["hedge"]))
        trader.desk = desk
        before = _holdings(trader, is_spot)

        reduced = trader.reduce(book["market"], str(book["percent"]), round_up=book["round_up"])
        assert reduced.job.state in ENDED_JOBS
        control("POST", "prices", {"move_bps": {row[0][1]: book["move"] for row in rows}})
        restored = (
            trader.restore(book["market"]) if any(i.leg.qty_filled for i in reduced.legs) else None
        )

        with trader.sessions() as session:
            oracle.check(session, trader.account.id, trader.ledger())
            _explained(session, trader, before, _holdings(trader, is_spot), restored, rules)

    run()


settings_for_books = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def _seeded(rows: list[Any], rules: Rules, *, is_spot: bool, hedge: bool) -> dict[str, Any]:
    balances = {"USDT": "90000000"}
    positions = []
    for (category, symbol), lots, long, both in rows:
        size = rules[category, symbol]["step"] * lots
        if is_spot:
            # Dust below the step is part of a wallet's life.
            balances[symbol.removesuffix("USDT")] = str(size + rules[category, symbol]["step"] / 3)
            continue
        for side in ("Buy", "Sell") if hedge and both else ("Buy" if long else "Sell",):
            positions.append(
                {"category": category, "symbol": symbol, "side": side, "size": str(size)}
            )
    mode = "hedge" if hedge and not is_spot else "one_way"
    return {"balances": balances, "positions": positions, "position_mode": mode}


def _holdings(trader: Trader, is_spot: bool) -> dict[Any, Decimal]:
    if not is_spot:
        return dict(trader.sizes())
    balances = trader.state()["balances"]
    return {("spot", f"{coin}USDT", 0): Decimal(amount) for coin, amount in balances.items()}


def _explained(
    session: Any,
    trader: Trader,
    before: dict[Any, Decimal],
    after: dict[Any, Decimal],
    restored: JobView | None,
    rules: Rules,
) -> None:
    """Every difference is what snapshots still owe, and each of those has a reason."""
    owed: dict[Any, Decimal] = {}
    reasons = {item.leg.snapshot_id: item.leg.reason for item in restored.legs} if restored else {}
    query = select(Snapshot).where(Snapshot.account_id == trader.account.id)
    for snapshot in session.scalars(query):
        left = snapshot.qty_closed - snapshot.qty_restored
        if left:
            assert reasons.get(snapshot.id), f"{snapshot.symbol} owes {left} without a reason"
        key = (snapshot.category, snapshot.symbol, snapshot.position_idx)
        sign = 1 if snapshot.side == "Buy" else -1
        owed[key] = owed.get(key, ZERO) + left * sign
    for key in before.keys() | after.keys():
        if key[1] == "USDTUSDT":
            continue
        missing = before.get(key, ZERO) - after.get(key, ZERO) - owed.get(key, ZERO)
        if key[0] == "spot":
            # Bought so that the net is at least what was owed: less than a lot step too much.
            assert -rules[key[0], key[1]]["step"] < missing <= 0, f"{key}: {missing}"
        else:
            assert missing == 0, f"{key}: {missing}"
