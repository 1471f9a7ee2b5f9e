"""initData by the thousand: signed as Telegram signs, some of it strange, some tampered with."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telegram.bots import check_string, mac

TOKEN = "7342037359:ABC-DEF1234ghIkl-zyx57W2v1u123ew11xx"
BOT_ID = 7342037359
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
_NAMES = ("Vera", "Ю ля", "a+b", "100%", "a&b=c", "", "李", "Vladislav + - ? \\/", 'q"q', "a;b")
_AT = int(NOW.timestamp())
_DATES = ("soon", "", f"0{_AT}", f"{_AT}000", "-1", "١٧٧٧٦٣٧٠٠٠", str(_AT - 7200), str(_AT + 7200))
_USERS = (
    '{"first_name":"A"}',
    '{"id":"5","first_name":"A"}',
    '{"id":0,"first_name":"A"}',
    f'{{"id":{2**52},"first_name":"A"}}',
    '{"id":5,"first_name":"A","new_field":1}',
    '{"id":5}',
    "[5]",
    "not json",
)
_KEYS = ("a", "a1", "A_b", "no.name", "no=name", "no name", "имя", "can_send_after")
_VALUES = ("", " ", "+", "a b", "a%20b", "1\nuser=2", "=", "&", "é", "\ufffd", "5")


@dataclass(frozen=True)
class Case:
    """`by_signature`: to be checked by Telegram's Ed25519 signature, else by the bot's HMAC."""

    data: str
    by_signature: bool


def corpus(key: Ed25519PrivateKey, seed: int, size: int) -> Iterator[Case]:
    """`size` cases; a third of them are checked by Ed25519, which takes longer."""
    random = Random(seed)
    for number in range(size):
        by_signature = number % 3 == 0
        pairs = _pairs(random)
        if random.random() < 0.4:
            random.choice(_STRANGE)(random, pairs)
        if by_signature:
            signed = key.sign(f"{BOT_ID}:WebAppData\n{check_string(pairs)}".encode())
            pairs["signature"] = urlsafe_b64encode(signed).decode().rstrip("=")
        listed = [*pairs.items(), ("hash", mac(pairs, TOKEN))]
        random.shuffle(listed)
        parts = [f"{_encoded(random, key)}={_encoded(random, value)}" for key, value in listed]
        if random.random() < 0.5:
            random.choice(_TAMPERED)(random, parts)
        yield Case("&".join(parts), by_signature)


def _pairs(random: Random) -> dict[str, str]:
    user = {"id": random.randrange(1, 2**52), "first_name": random.choice(_NAMES)}
    if random.random() < 0.5:
        user |= {"last_name": random.choice(_NAMES), "is_premium": True, "language_code": "ru"}
    pairs = {
        "auth_date": str(_AT - random.randrange(-60, 3600)),
        "user": json.dumps(user, ensure_ascii=random.random() < 0.5, separators=(",", ":")),
    }
    if random.random() < 0.5:
        pairs["query_id"] = "AAHdF6IQAAAAAN0XohDhrOrc"
    if random.random() < 0.5:
        pairs |= {"chat_type": "private", "chat_instance": str(random.randrange(2**63))}
    if random.random() < 0.3:
        pairs["start_param"] = random.choice(("", "job_1", "a-b", "5"))
    return pairs


def _encoded(random: Random, text: str) -> str:
    """One of the spellings of a text in a query."""
    spelling = random.randrange(4)
    if spelling == 0:
        # A decoder that doesn't insist on UTF-8 takes any wrong byte for U+FFFD.
        return "".join(f"%{byte:02X}" for byte in text.encode().replace(b"\xef\xbf\xbd", b"\xff"))
    if spelling == 1:
        return quote(text, safe="").replace("%20", "+")
    return quote(text, safe="" if spelling == 2 else "/:,{}")


def _more(random: Random, pairs: dict[str, str]) -> None:
    for _ in range(random.randrange(1, 4)):
        pairs[random.choice(_KEYS)] = random.choice(_VALUES)


def _other_signature(random: Random, pairs: dict[str, str]) -> None:
    pairs["signature"] = random.choice(("test", "", "a b", "a==", "é"))


# What is signed all the same.
_STRANGE: tuple[Callable[[Random, dict[str, str]], None], ...] = (
    _more,
    _other_signature,
    lambda random, pairs: pairs.update(auth_date=random.choice(_DATES)),
    lambda random, pairs: pairs.update(user=random.choice(_USERS)),
    lambda random, pairs: pairs.update(chat_type=random.choice(("", "bar", "sender"))),
    lambda _, pairs: pairs.pop("user") and None,
    lambda _, pairs: pairs.pop("auth_date") and None,
)


def _letter(random: Random, parts: list[str]) -> None:
    place = random.randrange(len(parts))
    part = parts[place]
    spot = random.randrange(len(part))
    cut = random.choice((0, 1))
    parts[place] = part[:spot] + random.choice(("", *"0aZ&=%+-_;\n")) + part[spot + cut :]


def _twice(random: Random, parts: list[str]) -> None:
    parts.insert(random.randrange(len(parts) + 1), random.choice(parts))


def _added(random: Random, parts: list[str]) -> None:
    parts.append(random.choice(("more=1", "more=", "more", "", "=1", "user=%7B%7D", "a=%FF")))


def _dropped(random: Random, parts: list[str]) -> None:
    parts.pop(random.randrange(len(parts)))


def _rewritten(name: str, change: Callable[[str], str]) -> Callable[[Random, list[str]], None]:
    def rewrite(_: Random, parts: list[str]) -> None:
        for place, part in enumerate(parts):
            if part.startswith(f"{name}="):
                parts[place] = f"{name}={change(part.partition('=')[2])}"

    return rewrite


# What is done to it on the way, and keeps or breaks the proof.
_TAMPERED: tuple[Callable[[Random, list[str]], None], ...] = (
    _letter,
    _twice,
    _added,
    _dropped,
    lambda random, parts: random.shuffle(parts),
    _rewritten("hash", str.upper),
    _rewritten("hash", lambda text: text[:-1]),
    _rewritten("hash", lambda text: "0" * len(text)),
    _rewritten("signature", lambda text: f"{text}=="),
    _rewritten("signature", lambda text: f"{text}%3D%3D"),
    _rewritten("signature", lambda text: text[:40] + "!" + text[40:]),
)
