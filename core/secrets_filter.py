"""Keeps secrets out of whatever is written down: by the name of a field and by known values.

Two walls. A field whose name says secret is masked wherever it stands in a structure. And a value
that is known here is masked wherever it turns up in any text, so a secret in an exception's message
or in a library's log line doesn't pass either. Three ways to be known:

- `remember`: the value, for the life of the process. For the process's own secrets only.
- `mask_while_alive`: what an object holds, while it lives. The object alone keeps the value.
- `recognise`: a keyed hash, by which a value is known again where it stands as a whole word.
  It is for what comes late: an error's text that is logged when the customer's key is gone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Protocol
from weakref import WeakSet

MASK = "[secret]"
_NAME = re.compile(
    r"(secret|password|passwd|token|authorization|api[_-]?key|apikey|signature|sign$|init_?data"
    r"|cookie|master|credential|private|jwt|x-bapi-(sign|api-key)|confirmation$|recovery_code"
    r"|(^|_)pin$)",
    re.IGNORECASE,
)
_MASKED_NAMES_ARE_SAFE = re.compile(r"_masked$", re.IGNORECASE)
# Shapes that give a secret away in free text: private keys (whole, cut off, or with their line
# breaks escaped), JWTs, Fernet tokens, hex MACs, URL passwords.
_SHAPES = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
    re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"),
    re.compile(r"gAAAA[\w=-]{20,}"),
    re.compile(r"\b[0-9a-f]{64}\b"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),
)
# A secret's name with its value in free text, as libraries print headers and bodies.
_NAMED = re.compile(
    r"""((?:api[_-]?key|bapi-sign|secret|password|token|authorization)\\?["']?\s*[:=]\s*\\?["']?)"""
    r"""(?:bearer\s+)?[^\s"',\\}&]{6,}""",
    re.IGNORECASE,
)
# What a person typed to confirm something; of six digits alone nobody knows what they are.
_TYPED = re.compile(
    r"""((?:confirmation|(?<![a-z])pin)\\?["']?\s*[:=]\s*\\?["']?)(?:\{[^}]*\}?|[0-9]{4,8}\b)""",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w-]{12,}", re.ASCII)
_MAX_REMEMBERED = 4096
_MAX_RECOGNISED = 16_384
_MIN_LENGTH = 6
_HASH_KEY = secrets.token_bytes(32)


class Holder(Protocol):
    """Something that holds secrets for a while; compared by identity."""

    @property
    def secrets(self) -> Sequence[str]: ...


# Reentrant: the garbage collector may log, also while this is held.
_lock = threading.RLock()
_remembered: OrderedDict[str, None] = OrderedDict()
_recognised: OrderedDict[bytes, None] = OrderedDict()
_holders: WeakSet[Holder] = WeakSet()


def remember(*secrets: str) -> None:
    """Mask these values in everything logged from now on by this process, which keeps them."""
    with _lock:
        for secret in secrets:
            if len(secret) >= _MIN_LENGTH:
                _remembered[secret] = None
                _remembered.move_to_end(secret)
        while len(_remembered) > _MAX_REMEMBERED:
            _remembered.popitem(last=False)


def recognise(*values: str) -> None:
    """Mask these values from now on where each is a word of its own, without keeping them."""
    with _lock:
        for value in values:
            if _WORD.fullmatch(value):
                digest = _digest(value)
                _recognised[digest] = None
                _recognised.move_to_end(digest)
        while len(_recognised) > _MAX_RECOGNISED:
            _recognised.popitem(last=False)


def mask_while_alive(holder: Holder) -> None:
    """Mask what the holder holds for as long as it lives; as `recognise` from then on."""
    recognise(*holder.secrets)
    with _lock:
        _holders.add(holder)


def scrub_text(text: str) -> str:
    """The text with every known secret and every secret-shaped run masked."""
    with _lock:
        known = [secret for secret in _remembered if secret in text]
        known += {
            secret
            for holder in _holders
            for secret in holder.secrets
            if len(secret) >= _MIN_LENGTH and secret in text
        }
    # Longest first: a secret that begins with another must not leave its tail behind.
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    for shape in _SHAPES:
        text = shape.sub(MASK, text)
    text = _TYPED.sub(rf"\1{MASK}", text)
    text = _WORD.sub(_mask_recognised, text)
    return _NAMED.sub(rf"\1{MASK}", text)


def _mask_recognised(word: re.Match[str]) -> str:
    return MASK if _digest(word[0]) in _recognised else word[0]


def _digest(value: str) -> bytes:
    return hashlib.blake2b(value.encode(), key=_HASH_KEY, digest_size=16).digest()


def scrub(value: object, name: str = "") -> object:
    """A copy of a log value (any nesting) that is safe to write."""
    if name and _NAME.search(name) and not _MASKED_NAMES_ARE_SAFE.search(name):
        return MASK if value not in (None, "") else value
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, bytes):
        return scrub_text(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {scrub_text(str(key)): scrub(item, str(key)) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [scrub(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub_text(str(value))
