"""The second factor of a sign-in: a code of the person's authenticator, or a recovery code.

A code is good in its own time step of 30 s and the one on either side (RFC 6238), once. A refused
try is counted and committed, so nothing of the caller's may be pending in the session.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid

import pyotp
from sqlalchemy.orm import Session

from core import clock
from core.problems import Problem
from core.vault import Vault
from identity import tries
from models import audit, notices
from models.second_factors import SecondFactor, has_totp, hold, spend_recovery_code

STEP_SECONDS = 30
_DRIFT = 1
_DIGITS = re.compile(r"[0-9]{6}")
_PADDING = str.maketrans("", "", " -")


def is_on(session: Session, user_id: uuid.UUID) -> bool:
    """Whether the person signs in with a second factor."""
    return has_totp(session, user_id)


def demand(
    session: Session, vault: Vault, user_id: uuid.UUID, code: str | None, *, status: int = 401
) -> None:
    """Spend a code, in the caller's transaction; nothing is asked of a person without TOTP.

    Raises Problem (`status`) `totp_required` without a code, `totp_wrong`; (429) `too_many_codes`
    after five wrong ones within 15 minutes.
    """
    row = hold(session, user_id)
    if row is None or row.totp_enc is None:
        return
    if code is None:
        raise Problem("totp_required", status)
    now = clock.utcnow()
    tries.refuse_locked(row.code_wrong, row.code_wrong_at, now, "too_many_codes")
    secret = vault.decrypt(user_id, row.totp_enc)
    plain = bare(code)
    if _DIGITS.fullmatch(plain):
        good = take_step(row, secret, plain)
    else:
        good = spend_recovery_code(session, user_id, recovery_hash(secret, plain))
    if not good:
        refuse_code(session, row, status)
    row.code_wrong = 0
    session.flush()


def bare(code: str) -> str:
    """A code without what people and authenticators put between its digits."""
    return code.translate(_PADDING).upper()


def take_step(row: SecondFactor, secret: str, code: str) -> bool:
    """Whether it is a code of about now that is newer than the last one taken; it is the last one
    from here on."""
    now_step = int(clock.utcnow().timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    for step in range(now_step - _DRIFT, now_step + _DRIFT + 1):
        spent = row.totp_step is not None and step <= row.totp_step
        if hmac.compare_digest(generator.generate_otp(step), code) and not spent:
            row.totp_step = step
            return True
    return False


def recovery_hash(secret: str, code: str) -> str:
    """What is stored of a recovery code: keyed by the TOTP secret, which stands under the vault."""
    typed = code.encode("utf-8", "replace")
    return hmac.new(secret.encode(), b"recovery:" + typed, hashlib.sha256).hexdigest()


def refuse_code(session: Session, row: SecondFactor, status: int) -> None:
    """Count a wrong code, commit, and raise Problem (`status`) `totp_wrong`."""
    now = clock.utcnow()
    row.code_wrong = 1 if tries.is_forgotten(row.code_wrong_at, now) else row.code_wrong + 1
    row.code_wrong_at = now
    if row.code_wrong == tries.MOST:
        audit.record(session, "totp.locked", None, user_id=row.user_id)
        notices.add(session, row.user_id, "codes_locked", "second_factor:totp", {})
    session.commit()
    raise Problem("totp_wrong", status)
