"""`make bench ARGS=simulation`: a market crash with 100,000 users, from the costs that were
measured last. Prints its tables and writes them into docs/scaling.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import results
from bench.crash import Assumed, Costs, Crash, House, Minute, Told
from bench.job_costs import PARTS
from bench.rows import Row, quantile
from devstack.paths import ROOT

_PAGE = ROOT / "docs" / "scaling.md"
_BEGIN, _END = "<!-- simulation: written by make bench -->", "<!-- simulation: end -->"
_NEEDED = ("job-costs", "poll", "sockets")
_HOUSES = (
    House(web=2, workers=2, addresses=1, postgres=4),
    House(web=2, workers=8, addresses=1, postgres=4),
    House(web=2, workers=8, addresses=4, postgres=4),
    House(web=4, workers=8, addresses=8, postgres=8),
    House(web=4, workers=16, addresses=16, postgres=8),
    House(web=4, workers=32, addresses=32, postgres=8),
    House(web=4, workers=32, addresses=32, postgres=16),
    House(web=4, workers=48, addresses=48, postgres=16),
    House(web=4, workers=48, addresses=24, postgres=16),
    House(web=8, workers=64, addresses=64, postgres=16),
)
_POSITIONS = 10
_READS_A_SECOND = 550 * 0.85 / 5
_BESIDE = (
    "A desk that is open reads its book every three seconds and its plan every six, three calls"
    " each, and nothing is kept between two readings. They come out of the same budget, of which"
    " readings may take 85 %:"
)
_WATCHED = 3 / 3 + 3 / 6
"""Calls a second for one desk that is looked at: the book each three seconds, its plan each six."""


def simulate() -> str:
    """Every house through the same minute; the tables, which also stand in docs/scaling.md now.

    Raises SystemExit where something was never measured.
    """
    costs, assumed, crash = measured(), Assumed(), Crash()
    told = [Minute(house, crash, costs, assumed).run() for house in _HOUSES]
    text = "\n\n".join(
        (
            _costs_table(costs),
            _houses_table(told),
            _told_of(crash, assumed, told[0]),
            _BESIDE,
            _watching_table(crash),
        )
    )
    page = _PAGE.read_text()
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise SystemExit(f"{_PAGE} has lost its markers {_BEGIN} and {_END}")
    _PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}")
    return text


def measured() -> Costs:
    """What `make bench` kept of these measures. Raises SystemExit with what to run first."""
    rows: dict[str, Row] = {row.name: row for kept in results.kept(_NEEDED) for row in kept.rows}

    def of(part: str) -> tuple[float, float]:
        row = rows[f"{PARTS[part]}, a job of ten positions"]
        one, ten = row.peer / 1000, row.ours / 1000
        return one, max(0.0, (ten - one) / (_POSITIONS - 1))

    try:
        worker, worker_leg = of("worker")
        postgres, postgres_leg = of("postgres")
        return Costs(
            web=of("web")[0],
            worker=worker,
            worker_leg=worker_leg,
            postgres=postgres,
            postgres_leg=postgres_leg,
            redis=of("redis")[0],
            commits=rows["commits, a job of ten positions"].peer,
            poll=1 / rows["status poll, ETag hit"].ours,
            socket=rows["2000 sockets, CPU"].ours / 100 / 2000,
        )
    except KeyError:
        asked = " ".join(_NEEDED)
        raise SystemExit(f'something was never measured: make bench ARGS="{asked}"') from None


@dataclass(frozen=True, slots=True)
class _Table:
    head: Sequence[str]
    lines: Sequence[Sequence[str]]

    def __str__(self) -> str:
        rows = [self.head, ["---"] * len(self.head), *self.lines]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _costs_table(costs: Costs) -> str:
    lines = [
        ("web, a tap accepted", f"{costs.web * 1000:.1f} ms", "—"),
        ("worker", f"{costs.worker * 1000:.1f} ms", f"{costs.worker_leg * 1000:.1f} ms"),
        ("PostgreSQL", f"{costs.postgres * 1000:.1f} ms", f"{costs.postgres_leg * 1000:.1f} ms"),
        ("Redis", f"{costs.redis * 1000:.1f} ms", "—"),
        ("commits", f"{costs.commits:.0f}", "—"),
        ("web, a poll that finds nothing new", f"{costs.poll * 1000:.1f} ms", "—"),
        ("web, an open socket for a second", f"{costs.socket * 1e6:.0f} µs", "—"),
    ]
    return str(_Table(("measured, of one core", "one position", "each further one"), lines))


def _houses_table(told: Sequence[Told]) -> str:
    head = (
        "web",
        "workers",
        "addresses",
        "PostgreSQL cores",
        "tap → order, p50",
        "p99",
        "tap → done, p50",
        "p99",
        "all done after",
        "worker CPU",
        "PostgreSQL CPU",
        "commits / s",
        "given back",
    )
    return str(
        _Table(head, [_line(house, each) for house, each in zip(_HOUSES, told, strict=True)])
    )


def _line(house: House, told: Told) -> Sequence[str]:
    orders = [(tap.ordered or tap.done) - tap.at for tap in told.taps]
    ends = [tap.done - tap.at for tap in told.taps]
    return (
        str(house.web),
        str(house.workers),
        str(house.addresses),
        str(house.postgres),
        *(
            _seconds(quantile(values, share))
            for values, share in ((orders, 0.5), (orders, 0.99), (ends, 0.5), (ends, 0.99))
        ),
        _seconds(told.took),
        f"{told.worker_busy / told.took / house.workers:.0%}",
        f"{told.postgres_busy / told.took / house.postgres:.0%}",
        f"{told.commits / told.took:,.0f}",
        f"{told.given_back:,}",
    )


def _seconds(value: float) -> str:
    if value >= 100:
        return f"{value / 60:.1f} min"
    return f"{value:.0f} s" if value >= 10 else f"{value:.1f} s" if value >= 1 else f"{value:.2f} s"


def _told_of(crash: Crash, assumed: Assumed, told: Told) -> str:
    legs = sum(tap.legs for tap in told.taps) / len(told.taps)
    return (
        f"{len(told.taps):,} taps of {crash.users:,} users within {crash.seconds:.0f} s, the most"
        f" of them at the start; {legs:.1f} positions each in the mean, at most"
        f" {assumed.most_legs}; {assumed.threads} threads a worker; {assumed.online:.0%} of all"
        f" users have a socket open. Assumed: {assumed.round_trip * 1000:.0f} ms to the exchange"
        f" and back in the median, {assumed.commit * 1000:.0f} ms a durable commit,"
        f" {assumed.statement * 1000:.1f} ms on the way to PostgreSQL and back. Seed {crash.seed}."
    )


def _watching_table(crash: Crash) -> str:
    lines = [
        (f"{people:,}", f"{people * _WATCHED:,.0f}", f"{people * _WATCHED / _READS_A_SECOND:,.0f}")
        for people in (50, 500, int(crash.users * 0.01), int(crash.users * 0.10))
    ]
    return str(_Table(("desks looked at", "calls a second", "addresses for them"), lines))
