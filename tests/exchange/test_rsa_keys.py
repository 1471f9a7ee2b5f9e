"""An RSA key pair: the private half signs, and is taken in every form in which people have it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from core.logs import get_logger
from core.secrets_filter import MASK, scrub_text
from exchange.gateway import Credentials, Gateway, GatewayOptions
from exchange.outcomes import Acknowledged, AuthProblem
from exchange.rsa_keys import UnusableKey, canonical, is_private_key
from exchange.types import Category, ExchangeEnvironment, OrderRequest, Side

PKCS8, PKCS1 = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "1"}]


def pem(
    key: PrivateKeyTypes,
    form: PrivateFormat = PKCS8,
    lock: KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def other() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def account(
    key: RSAPrivateKey,
    make_account: Callable[..., dict[str, Any]],
    known_secrets: Callable[..., None],
) -> dict[str, Any]:
    """A sandbox account that knows the public half."""
    known_secrets(*pem(key).splitlines()[2:-2])
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return make_account(rsa_public_key=public.decode(), balances={"USDT": "100000"}, positions=BOOK)


@pytest.fixture
def gateway(account: dict[str, Any], sandbox_url: str) -> Callable[[str], Gateway]:
    def make(secret: str) -> Gateway:
        credentials = Credentials(account["api_key"], secret)
        options = GatewayOptions(sandbox_url=sandbox_url)
        return Gateway(credentials, ExchangeEnvironment.SANDBOX, options)

    return make


def test_the_private_half_signs_readings_and_orders(
    gateway: Callable[[str], Gateway], key: RSAPrivateKey
) -> None:
    mine = gateway(canonical(pem(key)))
    assert mine.key_info().can_trade_futures
    order = OrderRequest(
        category=Category.LINEAR,
        symbol="BTCUSDT",
        side=Side.SELL,
        qty=Decimal("0.1"),
        order_link_id="signed-with-rsa",
        reduce_only=True,
        position_idx=0,
        limit_price=None,
    )
    taken = mine.wave({Category.LINEAR: 1}).single[Category.LINEAR]
    assert isinstance(mine.place(order, taken=taken, stamp=mine.stamp()), Acknowledged)
    assert mine.positions(Category.LINEAR)[0].size == Decimal("0.9")


def test_another_key_and_a_mere_secret_are_refused(
    gateway: Callable[[str], Gateway], other: RSAPrivateKey
) -> None:
    for secret in (canonical(pem(other)), "a-secret-that-bybit-made-up"):
        with pytest.raises(AuthProblem) as refused:
            gateway(secret).key_info()
        assert refused.value.reason == "key_signature"


def test_every_form_of_a_key_is_stored_as_one(key: RSAPrivateKey) -> None:
    wanted = pem(key)
    for given in (wanted, pem(key, PKCS1)):
        for shape in (given, f"\n {given}\n", given.replace("\n", "\r\n"), given.replace("\n", "")):
            assert is_private_key(shape)
            assert canonical(shape) == wanted


def test_what_cannot_sign_for_bybit_is_refused(key: RSAPrivateKey) -> None:
    locked = pem(key, PKCS8, BestAvailableEncryption(b"password"))
    whole = pem(key)
    for given, code in (
        (locked, "private_key_unreadable"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "private_key_unreadable"),
        (whole[: len(whole) // 2], "private_key_unreadable"),
        (whole.replace("PRIVATE", "PUBLIC"), "private_key_unreadable"),
        (whole[:100] + "AAAA" + whole[104:], "private_key_unreadable"),
        (pem(rsa.generate_private_key(65537, 1024)), "private_key_weak"),
    ):
        with pytest.raises(UnusableKey) as refused:
            canonical(given)
        assert refused.value.code == code


def test_no_log_shows_a_private_key_not_even_one_that_nobody_knows(
    other: RSAPrivateKey, key: RSAPrivateKey
) -> None:
    for hidden in (pem(other), pem(other, PKCS1), repr(pem(other)), pem(other)[:400]):
        shown = scrub_text(f"a key {hidden}")
        assert shown.startswith(f"a key {MASK}") or MASK in shown
        assert pem(other).splitlines()[3] not in shown
        assert pem(other, PKCS1).splitlines()[3] not in shown
    get_logger(__name__).warning("key.shown", note=pem(key), api_secret=pem(key))
    assert "PRIVATE" not in repr(Credentials("a-key-of-bybit", canonical(pem(key))))
