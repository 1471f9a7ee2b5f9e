"""Who is asking: signature, clock, key, address, permission, in the exchange's order."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sandbox.bybit.account import Account
from sandbox.bybit.engine import now_ms
from sandbox.bybit.errors import Refusal

_DEFAULT_WINDOW = 5000
_AHEAD_MS = 1000
# What a stream says of arguments that it cannot use, an expiry in the past among them.
_UNUSABLE = "Params Error"


def authenticate(
    accounts: Mapping[str, Account], headers: Mapping[str, str], payload: str, address: str
) -> Account:
    """The account behind a signed request; raises Refusal."""
    api_key = headers.get("X-BAPI-API-KEY", "")
    account = _owner(accounts, api_key, "API key is invalid.")
    stamp = headers.get("X-BAPI-TIMESTAMP", "")
    window = headers.get("X-BAPI-RECV-WINDOW", "") or str(_DEFAULT_WINDOW)
    if not stamp.isdigit() or not window.isdigit():
        raise Refusal(10001, "params error: timestamp or recv_window invalid")
    now = now_ms()
    if not now - int(window) <= int(stamp) < now + _AHEAD_MS:
        raise Refusal(
            10002,
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{stamp}],server_timestamp[{now}],recv_window[{window}]",
        )
    _check_sign(account, f"{stamp}{api_key}{window}{payload}", headers.get("X-BAPI-SIGN", ""))
    _check_use(account, address)
    return account


def authenticate_stream(accounts: Mapping[str, Account], args: object, address: str) -> Account:
    """The account behind a stream's `auth`: args are key, expiry (ms, in the future), signature
    of "GET/realtime" and the expiry; raises Refusal."""
    if not isinstance(args, list) or len(args) != 3:
        raise Refusal(10001, _UNUSABLE)
    api_key, expires, sign = (str(arg) for arg in args)
    account = _owner(accounts, api_key, "Invalid apikey")
    if not expires.isdecimal() or int(expires) <= now_ms():
        raise Refusal(10001, _UNUSABLE)
    _check_sign(account, f"GET/realtime{expires}", sign)
    _check_use(account, address)
    return account


def _owner(accounts: Mapping[str, Account], api_key: str, otherwise: str) -> Account:
    account = accounts.get(api_key)
    if account is None or account.environment != "sandbox":
        raise Refusal(10003, otherwise)
    return account


def _check_sign(account: Account, text: str, sign: str) -> None:
    check = _is_rsa_signed if account.rsa_public_key else _is_hmac_signed
    if not check(account, text, sign):
        raise Refusal(10004, "error sign! please check your signature generation algorithm.")


def _is_hmac_signed(account: Account, text: str, sign: str) -> bool:
    wanted = hmac.new(account.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), sign.encode())


def _is_rsa_signed(account: Account, text: str, sign: str) -> bool:
    try:
        signature = base64.b64decode(sign, validate=True)
        public_key(account.rsa_public_key).verify(signature, text.encode(), PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


@lru_cache(maxsize=64)
def public_key(pem: str) -> RSAPublicKey:
    """An account's RSA key. Raises ValueError for anything else."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("no RSA public key")
    return key


def _check_use(account: Account, address: str) -> None:
    if account.expired_at is not None and account.expired_at <= datetime.now(UTC):
        raise Refusal(33004, "Your api key has expired.")
    if account.ips and "*" not in account.ips and address not in account.ips:
        raise Refusal(10010, "Unmatched IP, please check your API key's bound IP addresses.")


def require_trading(account: Account, category: str) -> None:
    """A key that may not trade this category is refused."""
    if category == "spot":
        allowed = "SpotTrade" in account.permissions.get("Spot", [])
    else:
        allowed = "Order" in account.permissions.get(
            "ContractTrade", []
        ) or "DerivativesTrade" in account.permissions.get("Derivatives", [])
    if account.read_only or not allowed:
        raise Refusal(10005, "Permission denied, please check your API key permissions.")
