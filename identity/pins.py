"""The PIN by which a person confirms what they do. It never signs anybody in.

Only an argon2id hash is stored, and that under the vault: a stolen database alone gives nothing to
try PINs on.
"""

from __future__ import annotations

import re
import uuid

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from core import clock
from core.problems import Problem
from core.vault import Vault
from identity import tries
from models import audit, notices
from models.second_factors import SecondFactor, hold

# 19 MiB, two passes: the least that OWASP advises. The vault keeps the hash from being tried on;
# five tries in a row are all that anybody gets here.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_DIGITS = "0123456789"
_UPWARDS = _DIGITS * 2
_REPEATED = re.compile(r"(\d{1,2})\1+")


def is_weak(pin: str) -> bool:
    """Whether it is among the first that anybody tries: one or two digits repeated, or a run."""
    runs = pin in _UPWARDS or pin in _UPWARDS[::-1]
    return runs or _REPEATED.fullmatch(pin) is not None


def demand_pin(session: Session, vault: Vault, user_id: uuid.UUID, pin: str) -> None:
    """Compare it with the person's. A refused try is counted and committed, so nothing of the
    caller's may be pending in the session.

    Raises Problem (403) `pin_wrong`, also where there is none; (429) `pin_locked` for 15 minutes
    after the fifth wrong one, and after each one more until the right one comes.
    """
    row = hold(session, user_id)
    if row is None or row.pin_enc is None:
        raise Problem("pin_wrong", 403)
    tries.refuse_locked(row.pin_wrong, row.pin_wrong_at, clock.utcnow(), "pin_locked")
    try:
        HASHER.verify(vault.decrypt(user_id, row.pin_enc), pin)
    except VerifyMismatchError:
        _refuse(session, row)
    row.pin_wrong = 0
    session.flush()


def store(vault: Vault, row: SecondFactor, pin: str) -> None:
    """Put it into a row that the caller holds."""
    row.pin_enc = vault.encrypt(row.user_id, HASHER.hash(pin))
    row.pin_wrong = 0


def _refuse(session: Session, row: SecondFactor) -> None:
    # Unlike those of codes, which change, wrong PINs of long ago count: they were not tried again.
    row.pin_wrong += 1
    row.pin_wrong_at = clock.utcnow()
    if row.pin_wrong >= tries.MOST:
        audit.record(session, "pin.locked", None, user_id=row.user_id)
        notices.add(session, row.user_id, "pin_locked", "second_factor:pin", {})
    session.commit()
    raise Problem("pin_wrong", 403)
