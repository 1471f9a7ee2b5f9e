"""Setting up TOTP (RFC 6238, SHA-1, six digits, 30 s) and its recovery codes.

What is changed here is the caller's to commit; refused tries are committed at once.
"""

from __future__ import annotations

import base64
import secrets
import uuid

import pyotp
from sqlalchemy.orm import Session

from core import clock
from core.problems import Problem
from core.vault import Vault
from identity import tries
from identity.proofs import Proof, prove
from identity.second_factor import bare, demand, recovery_hash, refuse_code, take_step
from models import notices
from models.second_factors import (
    SecondFactor,
    hold,
    hold_or_begin,
    replace_recovery_codes,
    standing,
)

ISSUER = "Ebb"
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_GROUP = 4


def begin(session: Session, vault: Vault, user_id: uuid.UUID, proof: Proof) -> str:
    """A new secret, in base32; it counts once a code of it was shown. Whoever has a PIN gives it:
    an authenticator can confirm what the PIN does.

    Raises Problem (409) `totp_on`, and what a proof may be refused with.
    """
    row = hold_or_begin(session, user_id)
    if row is None:
        raise Problem("unauthenticated", 401)
    if row.totp_enc is not None:
        raise Problem("totp_on", 409)
    if row.pin_enc is not None:
        prove(session, vault, user_id, standing(session, user_id), proof)
    secret = pyotp.random_base32()
    row.totp_pending_enc = vault.encrypt(user_id, secret)
    session.flush()
    return secret


def otpauth_url(secret: str, name: str) -> str:
    """What an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def confirm(session: Session, vault: Vault, user_id: uuid.UUID, code: str) -> list[str]:
    """Turn TOTP on; the recovery codes, which are told this once.

    Raises Problem (409) `totp_not_begun`, (403) `totp_wrong`, (429) `too_many_codes`.
    """
    row = hold(session, user_id)
    if row is None or row.totp_pending_enc is None:
        raise Problem("totp_not_begun", 409)
    tries.refuse_locked(row.code_wrong, row.code_wrong_at, clock.utcnow(), "too_many_codes")
    secret = vault.decrypt(user_id, row.totp_pending_enc)
    if not take_step(row, secret, bare(code)):
        refuse_code(session, row, 403)
    row.totp_enc, row.totp_pending_enc, row.code_wrong = row.totp_pending_enc, None, 0
    session.flush()
    return _new_codes(session, user_id, secret)


def new_recovery_codes(session: Session, vault: Vault, user_id: uuid.UUID, code: str) -> list[str]:
    """Others in the place of all that were there.

    Raises Problem (409) `totp_off`, (403) `totp_wrong`, (429) `too_many_codes`.
    """
    row = _hold_turned_on(session, user_id)
    demand(session, vault, user_id, code, status=403)
    return _new_codes(session, user_id, vault.decrypt(user_id, row.totp_enc or ""))


def turn_off(session: Session, vault: Vault, user_id: uuid.UUID, code: str) -> None:
    """Forget the secret and the recovery codes; the person finds a notice.

    Raises Problem (409) `totp_off`, `confirmation_needs_factor` where jobs are confirmed by
    nothing else, (403) `totp_wrong`, (429) `too_many_codes`.
    """
    row = _hold_turned_on(session, user_id)
    if row.confirm_over is not None and row.pin_enc is None:
        raise Problem("confirmation_needs_factor", 409)
    demand(session, vault, user_id, code, status=403)
    row.totp_enc = row.totp_step = None
    session.flush()
    replace_recovery_codes(session, user_id, [])
    notices.add(session, user_id, "totp_off", "second_factor:totp", {})


def _hold_turned_on(session: Session, user_id: uuid.UUID) -> SecondFactor:
    row = hold(session, user_id)
    if row is None or row.totp_enc is None:
        raise Problem("totp_off", 409)
    return row


def _new_codes(session: Session, user_id: uuid.UUID, secret: str) -> list[str]:
    codes = [_letters() for _ in range(RECOVERY_CODES)]
    replace_recovery_codes(session, user_id, [recovery_hash(secret, code) for code in codes])
    return [_grouped(code) for code in codes]


def _letters() -> str:
    """80 random bits."""
    return base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()


def _grouped(code: str) -> str:
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))
