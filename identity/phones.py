"""The telephone number of a person: how it is written, linked by Telegram's contact button, moved
and unlinked.

Whoever holds a number at Telegram can link it, and nobody else: that Telegram vouched for it is the
caller's to know.
"""

from __future__ import annotations

import re
import uuid

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.problems import Problem
from core.vault import Vault, VaultError
from identity.approvals import withdraw
from models import audit, notices, phones
from models.users import hold

_BETWEEN_DIGITS = str.maketrans("", "", " \u00a0\u202f-‐‑–().")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Calling codes of one and of two digits (ITU-T E.164); all others have three.
_CODES = re.compile(r"\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})")


def normalised(written: str) -> str | None:
    """A number as E.164 writes it (`+` and at most 15 digits), whatever stands between its digits;
    None for what is none."""
    number = written.translate(_BETWEEN_DIGITS)
    return number if _E164.fullmatch(number) else None


def masked(number: str) -> str:
    """Enough to know one's own: `+7 ··· 45`."""
    code = _CODES.match(number)
    return f"{code.group() if code else '+'} ··· {number[-2:]}"


def masked_of(session: Session, vault: Vault, user_id: uuid.UUID) -> str | None:
    """The person's number, masked; None without one, or where no master secret opens it."""
    phone = phones.of_person(session, user_id)
    if phone is None:
        return None
    try:
        return masked(vault.decrypt(user_id, phone.number_enc))
    except VaultError:
        return None


def link(session: Session, vault: Vault, user_id: uuid.UUID, number: str, *, bot_id: int) -> str:
    """Make this (E.164) the person's number, in place of another. Whoever had it before has it no
    longer, and is told: numbers are given to new people. The number, masked."""
    token, fingerprint = vault.encrypt(user_id, number), vault.fingerprint(number)
    found = phones.owners(session, vault.fingerprints(number))
    is_new = user_id not in {phone.user_id for phone in found}
    _take_from_others(session, vault, user_id, number)
    try:
        with session.begin_nested():
            phones.put(session, user_id, fingerprint=fingerprint, number_enc=token, bot_id=bot_id)
    except IntegrityError:
        # Another person linked it this very moment; the later one has it.
        _take_from_others(session, vault, user_id, number)
        phones.put(session, user_id, fingerprint=fingerprint, number_enc=token, bot_id=bot_id)
    if is_new:
        audit.record(session, "phone.linked", None, user_id=user_id, details={"bot_id": bot_id})
    return masked(number)


def unlink(
    session: Session,
    user_id: uuid.UUID,
    *,
    request_id: str | None = None,
    remote_addr: str | None = None,
) -> None:
    """Forget the person's number, with what is asked by it. Raises Problem (404) `not_found`."""
    # The person first, as whoever deletes them does.
    owner = hold(session, user_id)
    if owner is None or not phones.remove(session, user_id):
        raise Problem("not_found", 404)
    withdraw(session, owner)
    audit.record(
        session,
        "phone.unlinked",
        None,
        user_id=user_id,
        details={"why": "asked"},
        request_id=request_id,
        remote_addr=remote_addr,
    )


def _take_from_others(session: Session, vault: Vault, user_id: uuid.UUID, number: str) -> None:
    for phone in phones.owners(session, vault.fingerprints(number)):
        former = None if phone.user_id == user_id else hold(session, phone.user_id)
        if former is None or not phones.remove(session, former.id):
            continue
        withdraw(session, former)
        audit.record(session, "phone.unlinked", None, user_id=former.id, details={"why": "moved"})
        notices.add(session, former.id, "phone_moved", "phone", {"number": masked(number)})
