"""`/positions`: the book of the default account, the largest first."""

from __future__ import annotations

from dataclasses import dataclass

from bot.context import Context
from bot.looking import Outlook, Trader
from bot.words import read_words
from core.figures import money, number, signed
from core.numbers import ZERO
from core.texts import text
from exchange.types import Category, Side
from telegram.updates import Message
from trading.books import read_book
from trading.plans import Book, BookPosition

_MOST = 20


@dataclass(frozen=True, slots=True)
class Read:
    """A book, and whose."""

    trader: Trader
    book: Book


def look(outlook: Outlook, message: Message, rest: str) -> Read:
    trader = outlook.trader(message.from_user)
    words = read_words(rest, "positions_usage", takes_percent=False, takes_symbols=False)
    desk = outlook.desk
    market = words.market or trader.market
    account = trader.account
    return Read(trader, read_book(desk, desk.gateway(account), market, account_id=account.id))


def tell(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    if not isinstance(context.found, Read):
        raise TypeError("the book was not read")
    trader = context.found.trader
    context.say(
        message.chat_id,
        book_text(context.found.book, trader.account.label, trader.language),
        context.open_app(trader.language),
        kind="positions",
        key=f"positions:{context.update}",
    )


def book_text(book: Book, account: str, language: str) -> str:
    """A line for each position; the smallest of a long book are only counted."""
    market = text(f"bot.market_{book.market_type}.title", language)
    lines = [f"{account} · {market}"]
    if not book.positions:
        return "\n".join([*lines, text("job.empty_book", language)])
    positions = sorted(book.positions, key=lambda position: -position.value)
    values = {
        "count": str(len(positions)),
        "value": money(sum((position.value for position in positions), ZERO), language),
    }
    lines += [text("bot.positions_total.title", language, values), ""]
    lines += [_line(position, language) for position in positions[:_MOST]]
    if len(positions) > _MOST:
        lines.append(text("bot.and_more.title", language, {"count": str(len(positions) - _MOST)}))
    return "\n".join(lines)


def _line(position: BookPosition, language: str) -> str:
    parts = [number(position.size, language), f"{money(position.value, language)} USD"]
    if position.unrealised_pnl is not None:
        parts.append(f"PnL {signed(position.unrealised_pnl, language)}")
    side = side_word(position.category, position.side, language)
    return f"{position.symbol}{side}: {' · '.join(parts)}"


def side_word(category: Category, side: Side, language: str) -> str:
    """The word with a space in front; nothing for a holding, which has no other side."""
    if category is Category.SPOT:
        return ""
    return " " + text(f"bot.side_{'long' if side is Side.BUY else 'short'}.title", language)
