"""The bots whose initData is believed, and by which proof (core.telegram.org/bots/webapps,
"Validating data received via the Mini App" and "Validating data for Third-Party Use")."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_KEY = b"WebAppData"
# Telegram's own keys, as its documentation gives them.
_PRODUCTION = bytes.fromhex("e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d")
_TEST = bytes.fromhex("40055058a4ee38156a06562e52eece92a771bcd8346a8c4615cb7376eddf72ec")
# 64 bytes as base64url without padding.
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}")


@dataclass(frozen=True, slots=True)
class Bots:
    """`tokens`: of the bots we hold, each checked by HMAC. `third_party`: ids of bots whose token
    we don't hold, checked by Telegram's Ed25519 signature. The test environment has its own key."""

    tokens: tuple[str, ...]
    third_party: tuple[int, ...] = ()
    test_environment: bool = False

    def behind(self, pairs: Mapping[str, str], given_hash: str) -> int | None:
        """The id of the bot that these pairs (all but `hash`, decoded) were signed for."""
        for token in self.tokens:
            if hmac.compare_digest(mac(pairs, token).encode(), given_hash.encode()):
                return bot_id(token)
        signature = _decoded(pairs.get("signature", ""))
        if signature is None:
            return None
        key = Ed25519PublicKey.from_public_bytes(_TEST if self.test_environment else _PRODUCTION)
        signed = check_string(pairs, without="signature")
        for identifier in self.third_party:
            try:
                key.verify(signature, f"{identifier}:WebAppData\n{signed}".encode())
            except InvalidSignature:
                continue
            return identifier
        return None


def bot_id(token: str) -> int:
    """The public part of a token: `123456` of `123456:letters`."""
    return int(token.partition(":")[0])


def check_string(pairs: Mapping[str, str], *, without: str = "") -> str:
    """The pairs as Telegram signs them: decoded, sorted by key, joined with line feeds."""
    return "\n".join(f"{key}={pairs[key]}" for key in sorted(pairs) if key != without)


def mac(pairs: Mapping[str, str], token: str) -> str:
    """The `hash` of these pairs for the holder of a token, in hexadecimal."""
    secret = hmac.digest(_KEY, token.encode(), "sha256")
    return hmac.new(secret, check_string(pairs).encode(), hashlib.sha256).hexdigest()


def _decoded(signature: str) -> bytes | None:
    # Python's own decoder passes over letters that base64url doesn't have.
    return urlsafe_b64decode(signature + "==") if _SIGNATURE.fullmatch(signature) else None
