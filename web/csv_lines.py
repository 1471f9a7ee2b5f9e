"""Leg records as the lines of a CSV file (RFC 4180) that spreadsheets open as it is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from core.numbers import plain
from core.texts import text
from models.jobs import Leg
from trading.export import LegRecord
from trading.telling import error_text

# Without it Excel takes the file for one in the system's own 8-bit code.
_BYTE_ORDER_MARK = "\ufeff"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# What makes a cell a formula, in whatever program opens the file (OWASP, CSV injection).
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")

Cell = Callable[[LegRecord, str], str]


def csv_lines(records: Iterable[LegRecord], spoken: str) -> Iterator[str]:
    """The heading, then a line for each record. Kinds, sides and states are the API's words;
    headings and reasons are told in the language."""
    headings = [text(f"export.{name}.title", spoken) for name in _COLUMNS]
    yield _BYTE_ORDER_MARK + _line(headings)
    for record in records:
        yield _line(cell(record, spoken) for cell in _COLUMNS.values())


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_harmless(cell) for cell in cells])
    return written.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet calculates; numbers stay numbers."""
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _number(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def _amounts(by_coin: Mapping[str, str]) -> str:
    return "; ".join(f"{amount} {coin}" for coin, amount in sorted(by_coin.items()))


def _fees(record: LegRecord, _: str) -> str:
    return _amounts({coin: plain(amount) for coin, amount in record.fees.items()})


def _reason(record: LegRecord, spoken: str) -> str:
    """The leg's, or the job's where it has no legs."""
    if record.leg is not None:
        return text(f"reason.{record.leg.reason}", spoken) if record.leg.reason else ""
    return error_text(record.job.error_code, spoken) if record.job.error_code else ""


def _net(record: LegRecord, _: str) -> str:
    """Of the whole job, once: a column's sum must not count it for every leg."""
    trip = (record.job.receipt or {}).get("round_trip") if record.is_first else None
    return _amounts(trip["net"]) if trip else ""


def _of_leg(read: Callable[[Leg], str]) -> Cell:
    return lambda record, _: "" if record.leg is None else read(record.leg)


_COLUMNS: Mapping[str, Cell] = {
    "job": lambda record, _: str(record.job.id),
    "kind": lambda record, _: record.job.kind.value,
    "market": lambda record, _: record.job.market_type.value,
    "account": lambda record, _: record.account_label,
    "percent": lambda record, _: plain(record.job.percent),
    "job_state": lambda record, _: record.job.state.value,
    "created_at": lambda record, _: _moment(record.job.created_at),
    "finished_at": lambda record, _: _moment(record.job.finished_at),
    "symbol": _of_leg(lambda leg: leg.symbol),
    "side": _of_leg(lambda leg: leg.side),
    "qty_planned": _of_leg(lambda leg: plain(leg.qty_planned)),
    "qty_filled": _of_leg(lambda leg: plain(leg.qty_filled)),
    "avg_price": _of_leg(lambda leg: _number(leg.avg_price)),
    "fees": _fees,
    "leg_state": _of_leg(lambda leg: leg.state.value),
    "reason": _reason,
    "net": _net,
}
