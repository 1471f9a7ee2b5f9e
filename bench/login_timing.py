"""Whether the time of a refused sign-in tells why it was refused: `python -m bench.login_timing`.

A report, never a verdict: medians and a rank test for each pair of refusals that must look alike.
Before a pair is measured it is shown that what is to be known is known.
"""

from __future__ import annotations

import math
import random
import re
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import parse_qsl, urlencode

import requests
from argon2 import PasswordHasher
from psycopg2 import sql

from bench.stack import Stack, stack_of
from core import clock
from core.vault import Vault
from devstack import test_servers
from telegram.init_data import TelegramUser, sign

_ROUNDS = 80
_SPARE = 5
_MILLION = 1_000_000
Ask = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two kinds of asking, by number of the try; each tells the milliseconds that it took."""

    title: str
    first: Ask
    second: Ask


def main() -> None:
    """Measure on servers of its own, print a line for each pair."""
    run = uuid.uuid4().hex
    servers = test_servers.started(run)
    try:
        with stack_of(servers, "web") as stack:
            for pair in pairs(stack):
                first, second = taken(stack, pair)
                print(line(pair.title, first, second))
    finally:
        test_servers.stop(run)


def pairs(stack: Stack) -> Iterator[Pair]:
    """Each made ready when its turn comes."""
    yield _init_data(stack)
    yield _passwords(stack)
    yield _phones(stack)


def taken(stack: Stack, pair: Pair) -> tuple[list[float], list[float]]:
    """Milliseconds of each kind, asked in an order by chance; limits are forgotten before each."""
    redis = stack.redis_client()
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(_ROUNDS + _SPARE):
        for which in random.sample((0, 1), 2):
            redis.flushdb()
            milliseconds = (pair.first, pair.second)[which](number)
            if number >= _SPARE:
                found[which].append(milliseconds)
    return found


def line(title: str, first: Sequence[float], second: Sequence[float]) -> str:
    """What a person reads of a pair."""
    chance = rank_test(first, second)
    return (
        f"{title}: {median(first):.2f} ms and {median(second):.2f} ms,"
        f" p = {chance:.3f} that nothing but chance sets them apart (n = {len(first)} each)"
    )


def rank_test(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p of Mann and Whitney's U, by its normal approximation; no ties in times."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_, which) in enumerate(ranked, 1) if which == 0)
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def _asked(session: requests.Session, url: str, body: dict[str, str], status: int) -> float:
    began = time.perf_counter()
    answer = session.post(url, json=body, timeout=30)
    spent = (time.perf_counter() - began) * 1000
    assert answer.status_code == status, answer.text
    return spent


def _init_data(stack: Stack) -> Pair:
    session, url = requests.Session(), f"{stack.url}/api/auth/telegram"

    def ask(wrong: Callable[[str], str]) -> Ask:
        def run(number: int) -> float:
            body = {"init_data": wrong(_signed(stack, _MILLION + number))}
            return _asked(session, url, body, 401)

        return run

    return Pair(
        "initData, its hash wrong in the first or in the last digit",
        ask(lambda data: re.sub("hash=.", "hash=x", data)),
        ask(lambda data: f"{data[:-1]}x"),
    )


def _signed(stack: Stack, telegram_id: int) -> str:
    token = stack.environment["EBB_TELEGRAM_BOT_TOKEN"].partition(",")[0]
    fields = dict(parse_qsl(sign(TelegramUser(id=telegram_id), token, now=clock.utcnow())))
    # At the end, where it can be spoilt.
    digest = fields.pop("hash")
    return urlencode({**fields, "hash": digest})


def _passwords(stack: Stack) -> Pair:
    """A person for each try, so that no limit of an address is met, and one to try it with."""
    session, url = requests.Session(), f"{stack.url}/api/auth/login"
    password = uuid.uuid4().hex
    stored = PasswordHasher().hash(password)
    for number in range(_ROUNDS + _SPARE + 1):
        _insert(stack, "emails", number, email=f"known-{number}@ebb.example", password_hash=stored)
    one = f"known-{_ROUNDS + _SPARE}@ebb.example"
    _asked(session, url, {"email": one, "password": password}, 200)

    def ask(name: str) -> Ask:
        def run(number: int) -> float:
            body = {"email": f"{name}-{number}@ebb.example", "password": uuid.uuid4().hex}
            return _asked(session, url, body, 401)

        return run

    return Pair("password, of an address unknown or known", ask("no-one"), ask("known"))


def _phones(stack: Stack) -> Pair:
    session, url = requests.Session(), f"{stack.url}/api/auth/init"
    vault = Vault(stack.environment["EBB_MASTER_SECRETS"].split(","))
    bot = stack.environment["EBB_TELEGRAM_BOT_TOKEN"].partition(":")[0]
    for number in range(_ROUNDS + _SPARE + 1):
        fingerprint = vault.fingerprint(f"+7999100{number:04}")
        _insert(stack, "phones", number, fingerprint=fingerprint, number_enc="", bot_id=bot)
    _asked(session, url, {"phone_number": f"+7999100{_ROUNDS + _SPARE:04}"}, 200)
    assert _questions(stack) == 1, "nobody is asked"

    def ask(prefix: str) -> Ask:
        return lambda number: _asked(session, url, {"phone_number": f"{prefix}{number:04}"}, 200)

    return Pair("approval, for a number unknown or linked", ask("+7999200"), ask("+7999100"))


def _questions(stack: Stack) -> int:
    """How many the bot owes to people."""
    with stack.sql() as connection, connection.cursor() as cursor:
        cursor.execute("select id from bot_sends where kind = 'approval'")
        return len(cursor.fetchall())


def _insert(stack: Stack, table: str, number: int, **values: str) -> None:
    """A row that belongs to a person of its own."""
    token = _signed_in(stack, f"{table}{number}")
    names = sql.SQL(", ").join(map(sql.Identifier, ("user_id", *values)))
    places = sql.SQL(", ").join(sql.Placeholder() * (len(values) + 1))
    query = sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(table), names, places)
    with stack.sql() as connection, connection.cursor() as cursor:
        cursor.execute(query, (token, *values.values()))


def _signed_in(stack: Stack, name: str) -> str:
    """The id of a new person."""
    telegram_id = _MILLION + zlib.crc32(name.encode())
    stack.redis_client().flushdb()
    body = {"init_data": _signed(stack, telegram_id)}
    tokens = requests.post(f"{stack.url}/api/auth/telegram", json=body, timeout=10).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    me = requests.get(f"{stack.url}/api/auth/me", headers=bearer, timeout=10).json()
    return str(me["id"])


if __name__ == "__main__":
    main()
