"""API keys whose secret is an RSA private key: their owner made the pair, Bybit knows the public
half."""

from __future__ import annotations

import base64
import re
import textwrap

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

MAX_PEM = 4096
"""Characters: room for 4096 bits, the most that Bybit takes."""

_BEGIN = "-----BEGIN"
_MIN_BITS = 2048
_PEM = re.compile(
    r"\s*-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*"
)


class UnusableKey(ValueError):
    """Not a private key that can sign for Bybit. `code`: `private_key_unreadable` (no unencrypted
    RSA key in PEM, as PKCS#8 or PKCS#1) or `private_key_weak`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_private_key(secret: str) -> bool:
    """Whether an API secret is a private key rather than one that Bybit made up."""
    return secret.lstrip().startswith(_BEGIN)


def canonical(pem: str) -> str:
    """The same key as PKCS#8 in PEM, however its lines came (a form's field drops line breaks).
    Raises UnusableKey, which tells nothing of the key."""
    found = _PEM.fullmatch(pem)
    if found is None:
        raise UnusableKey("private_key_unreadable")
    label, body = found[1], "".join(found[2].split())
    lines = [f"-----BEGIN {label}-----", *textwrap.wrap(body, 64), f"-----END {label}-----", ""]
    try:
        key = load_pem_private_key("\n".join(lines).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnusableKey("private_key_unreadable") from None
    if not isinstance(key, RSAPrivateKey):
        raise UnusableKey("private_key_unreadable")
    if key.key_size < _MIN_BITS:
        raise UnusableKey("private_key_weak")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class RsaSigner:
    """Signs with a key that is parsed once; its repr shows nothing of it."""

    def __init__(self, pem: str) -> None:
        # What is stored was checked when it was connected, which takes longer than to sign.
        key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, RSAPrivateKey):
            raise UnusableKey("private_key_unreadable")
        self._key = key

    def sign(self, text: str) -> str:
        """RSA-SHA256 (PKCS#1 v1.5) in base64 (reference §1)."""
        return base64.b64encode(self._key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
