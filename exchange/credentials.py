"""An API key pair for as long as somebody works with it, and what signs with it.

Whoever holds one of these objects holds the plaintext; nothing else does. They live for one
request or one turn at a job, then go with their last reference (ADR 0009).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from core.secrets_filter import mask_while_alive
from exchange.rsa_keys import RsaSigner, is_private_key


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Credentials:
    """An API key pair; `api_secret` is Bybit's, or an RSA private key in PEM. Its repr shows
    nothing. No log shows what it holds."""

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        mask_while_alive(self)

    @property
    def secrets(self) -> tuple[str, str]:
        return self.api_key, self.api_secret

    @property
    def signs_with_rsa(self) -> bool:
        return is_private_key(self.api_secret)

    def signing_key(self) -> SigningKey:
        """What signs requests with this pair; an RSA key is parsed here, once."""
        if self.signs_with_rsa:
            return SigningKey(self.api_key, RsaSigner(self.api_secret).sign)
        return SigningKey(self.api_key, _HmacSigner(self.api_secret).sign)


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A key's name and its signature of a text. As secret as the pair that it was made of."""

    api_key: str
    sign: Callable[[str], str]


class _HmacSigner:
    """Safe to share between threads; its repr shows nothing."""

    def __init__(self, secret: str) -> None:
        self._keyed = hmac.new(secret.encode(), digestmod=hashlib.sha256)

    def sign(self, text: str) -> str:
        """HMAC-SHA256 in hex (reference §1)."""
        mac = self._keyed.copy()
        mac.update(text.encode())
        return mac.hexdigest()
