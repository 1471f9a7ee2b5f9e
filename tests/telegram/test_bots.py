"""Several bots, held or not: published vectors pass, and each bot is known by its own proof."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telegram import bots
from telegram.bots import Bots, check_string
from telegram.init_data import InitDataError, Launch, TelegramUser, sign, verify

FIRST, SECOND = (f"{number}:{'ABC-DEF1234ghIkl-zyx57W2v1u123ew11'}" for number in (111, 222))
OTHERS = 333
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

# https://docs.telegram-mini-apps.com/packages/tma-js-init-data-node/validating
OLD_TOKEN = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
OLD = (
    "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22"
    "Vladislav%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22"
    "language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%7D&auth_date=1662771648"
    "&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
)
_PERSON = (
    "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C"
    "%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22"
    "ru%22%2C%22is_premium%22%3Atrue%2C%22allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22"
    "https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F"
    "4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D"
    "&chat_instance=8134722200314281151&chat_type=private"
)
# https://github.com/telegram-mini-apps/init-data-golang, README: the hash covers the signature.
SIGNED_TOKEN = "7342037359:AAHI25ES9xCOMPokpYoz-p8XVrZUdygo2J4"
SIGNED = (
    f"{_PERSON}&auth_date=1733509682"
    "&signature=TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZX"
    "_PDg&hash=a433d8f9847bd6addcc563bff7cc82c89e97ea0d90c11fe5729cae6796a36d73"
)
# The tests of the same project and of @telegram-apps/init-data-node: Telegram's own signature.
THIRD_PARTY = (
    f"{_PERSON}&auth_date=1733584787"
    "&signature=zL-ucjNyREiHDE8aihFwpfR9aggP2xiAo3NSpfe-p7IbCisNlDKlo7Kb6G4D0Ao2mBrSgEk4maLSdv6MLI"
    "lADQ&hash=2174df5b000556d044f3f020384e879c8efcab55ddea2ced4eb752e93e7080d6"
)


@pytest.fixture
def telegram_s_key(monkeypatch: pytest.MonkeyPatch) -> Ed25519PrivateKey:
    """The key with which Telegram's production signs, for once in our hands."""
    key = Ed25519PrivateKey.generate()
    monkeypatch.setattr(bots, "_PRODUCTION", key.public_key().public_bytes_raw())
    return key


def signed_by_telegram(key: Ed25519PrivateKey, bot_id: int = OTHERS, **more: str) -> str:
    pairs = {"auth_date": str(int(NOW.timestamp())), "user": '{"id":7}', **more}
    signature = key.sign(f"{bot_id}:WebAppData\n{check_string(pairs)}".encode())
    given = urlsafe_b64encode(signature).decode().rstrip("=")
    return urlencode({**pairs, "signature": given, "hash": "0" * 64})


def code(data: str, known: Bots) -> str:
    with pytest.raises(InitDataError) as error:
        verify(data, known, max_age=HOUR, now=NOW)
    return error.value.code


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (OLD, Bots((OLD_TOKEN,))),
        (SIGNED, Bots((SIGNED_TOKEN,))),
        (SIGNED, Bots((FIRST,), third_party=(7342037359,))),
        (THIRD_PARTY, Bots((FIRST,), third_party=(7342037359,))),
    ],
)
def test_published_vectors_pass_and_for_nobody_else(data: str, known: Bots) -> None:
    signed_at = datetime.fromtimestamp(int(dict(parse_qsl(data))["auth_date"]), UTC)
    launch = verify(data, known, max_age=HOUR, now=signed_at)
    assert launch.user.id == 279058397
    assert launch.bot_id in {5768337691, 7342037359}
    for other in (
        Bots((FIRST,), third_party=(OTHERS,)),
        Bots((FIRST,), third_party=known.third_party, test_environment=True),
    ):
        assert code(data, other) == "init_data_invalid"


def test_each_of_several_bots_is_accepted_and_known_by_its_id() -> None:
    known = Bots((FIRST, SECOND))
    for token, bot_id in ((FIRST, 111), (SECOND, 222)):
        data = sign(TelegramUser(7), token, now=NOW)
        assert verify(data, known, max_age=HOUR, now=NOW).bot_id == bot_id
    assert code(sign(TelegramUser(7), f"444:{FIRST[4:]}", now=NOW), known) == "init_data_invalid"


def test_telegram_s_signature_speaks_for_the_listed_bots_only(
    telegram_s_key: Ed25519PrivateKey,
) -> None:
    data = signed_by_telegram(telegram_s_key)
    listed = Bots((FIRST,), third_party=(OTHERS - 1, OTHERS))
    assert verify(data, listed, max_age=HOUR, now=NOW).bot_id == OTHERS
    assert code(data, Bots((FIRST,))) == "init_data_invalid"
    assert code(data, Bots((FIRST,), third_party=(OTHERS - 1,))) == "init_data_invalid"
    testing = Bots((FIRST,), third_party=(OTHERS,), test_environment=True)
    assert code(data, testing) == "init_data_invalid"


def test_a_signature_of_another_shape_or_text_is_refused(telegram_s_key: Ed25519PrivateKey) -> None:
    listed = Bots((FIRST,), third_party=(OTHERS,))
    good = signed_by_telegram(telegram_s_key)
    rest, _, tail = good.partition("&signature=")
    signature, _, end = tail.partition("&")
    for other in ("", signature[:-1], f"{signature}==", f"{signature[:40]}!{signature[40:]}", "é"):
        assert code(f"{rest}&signature={quote(other)}&{end}", listed) == "init_data_invalid"
    assert code(good.replace("%3A7", "%3A8"), listed) == "init_data_invalid"
    assert code(f"{good}&more=1", listed) == "init_data_invalid"


def test_one_launch_has_one_fingerprint_however_it_is_spelled(
    telegram_s_key: Ed25519PrivateKey,
) -> None:
    known = Bots((FIRST,), third_party=(OTHERS,))

    def launch(data: str) -> Launch:
        return verify(data, known, max_age=HOUR, now=NOW)

    held = sign(TelegramUser(7, "A b"), FIRST, now=NOW)
    turned = "&".join(reversed(held.split("&")))
    spelled = held.replace("+", "%20").replace("user", "%75ser")
    assert len({launch(data).fingerprint for data in (held, turned, spelled)}) == 1
    # The hash is not under Telegram's signature: anyone can write another.
    theirs = signed_by_telegram(telegram_s_key)
    other_hash = theirs.replace("hash=0", "hash=1")
    assert launch(theirs).fingerprint == launch(other_hash).fingerprint
    later = sign(TelegramUser(7, "A b"), FIRST, now=NOW + timedelta(seconds=1))
    assert launch(later).fingerprint != launch(held).fingerprint
    assert launch(held).ends_at == NOW + HOUR
