"""Passwords: which are good enough, how they are kept (argon2id), and whether one is right.

They are normalised (NFKC) first, so that a keyboard's way to write `é` makes no other password.
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.problems import FieldError, Problem

SHORTEST, LONGEST = 10, 128
LOWEST_SCORE = 3
"""Of zxcvbn, 0 to 4: 3 is above 10⁸ guesses."""
# zxcvbn reads `p4$$` in every way there is: with many such characters in a long password that takes
# it fifteen seconds. So much of it takes a fraction of one.
_JUDGED, _MASQUERADES = 40, 8
_MASQUERADING = frozenset("4@8({[<3691!|70$5+%2")
_OTHER = "•"
_TELLING, _ENOUGH = 3, 6
_TELLS_THE_PERSON = "user_inputs"
_AT_ONCE = 2
_PATIENCE = 5.0


class Passwords:
    """Safe to share between threads; one a process. The default parameters are RFC 9106's second
    choice: 64 MiB and about 50 ms for each, so only `at_once` are computed at a time; whoever waits
    longer than `patience` seconds is told to come back."""

    def __init__(
        self,
        hasher: PasswordHasher | None = None,
        *,
        at_once: int = _AT_ONCE,
        patience: float = _PATIENCE,
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(at_once)
        self._patience = patience
        self._nobodys = _made_up(self._hasher)

    def hash(self, password: str) -> str:
        """What to store. Raises Problem (503) `service_unavailable` when too many wait."""
        with self._turn():
            return self._hasher.hash(_normal(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether it is the password that is stored. None, nobody's password, is never matched, and
        costs the same work. Raises as `hash`."""
        with self._turn():
            try:
                self._hasher.verify(stored or self._nobodys, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
            return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(timeout=self._patience):
            raise Problem("service_unavailable", 503, headers={"Retry-After": "2"})
        try:
            yield
        finally:
            self._room.release()


def must_be_good(password: str, email: str, *, field: str = "password") -> None:
    """Raises Problem (400) that names the field: `password_short`, `password_long`,
    `password_like_email`, or `password_common` for one that is on a list of leaked and common
    passwords, or is guessed as easily."""
    chosen = _normal(password)
    if len(chosen) < SHORTEST:
        raise _refused(field, "password_short", least=str(SHORTEST))
    if len(chosen) > LONGEST:
        raise _refused(field, "password_long", most=str(LONGEST))
    # Its lists are megabytes, which a process that sets no password need not hold.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415

    theirs = [email, *email.split("@"), *re.split(r"[^a-z0-9]+", email), "ebb"]
    judged = zxcvbn(_bounded(chosen), user_inputs=theirs)
    if judged["score"] >= LOWEST_SCORE and _is_their_own(chosen, theirs):
        return
    if judged["score"] >= LOWEST_SCORE:
        raise _refused(field, "password_like_email")
    lists = {match.get("dictionary_name") for match in judged["sequence"]}
    raise _refused(
        field, "password_like_email" if _TELLS_THE_PERSON in lists else "password_common"
    )


def _bounded(password: str) -> str:
    """As much of it as is judged."""
    judged = password[:_JUDGED]
    met = [letter for letter in dict.fromkeys(judged) if letter in _MASQUERADING]
    return judged.translate({ord(letter): _OTHER for letter in met[_MASQUERADES:]})


def _is_their_own(password: str, theirs: Iterable[str]) -> bool:
    """Whether enough is left of it without what the address tells."""
    left = password.casefold()
    for part in sorted(theirs, key=len, reverse=True):
        if len(part) >= _TELLING:
            left = left.replace(part, "")
    return left == password.casefold() or len(left) >= _ENOUGH


def _refused(field: str, code: str, **values: str) -> Problem:
    return Problem("validation_failed", 400, errors=(FieldError(field, code, values),))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _made_up(hasher: PasswordHasher) -> str:
    """A hash that no password has, under the same parameters."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${_random(hasher.salt_len)}${_random(hasher.hash_len)}"


def _random(length: int) -> str:
    return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
