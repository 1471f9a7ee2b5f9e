"""The confirmation policy: jobs worth more than a person chose need their PIN or a code; and the
PIN itself, by which most confirm.

What is changed here is the caller's to commit; refused tries are committed at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

from sqlalchemy.orm import Session

from core.numbers import plain
from core.problems import Problem, field_problem
from core.vault import Vault
from identity import pins
from identity.proofs import Method, Proof, methods, prove
from models import audit, notices
from models.second_factors import (
    confirm_over,
    hold,
    hold_or_begin,
    replace_recovery_codes,
    standing,
)
from models.users import Account, User, hold_for_job

Worth = Callable[[], Decimal | None]
"""What a job comes to in dollars; None where nobody can tell."""


def is_needed(over: Decimal | None, notional: Decimal | None) -> bool:
    """Whether a job of this worth is asked about: above `over`, every job at 0, and one whose
    worth nobody can tell."""
    if over is None:
        return False
    return not over or notional is None or notional > over


def permit(
    session: Session,
    vault: Vault,
    account: Account,
    proof: Proof,
    worth: Worth,
) -> None:
    """Let a job for the account be accepted, by the proof that came with it or because it is small;
    `worth` is asked only without a proof. A code is spent with the job's commit.

    Raises Problem (403) `confirmation_required` with `methods`, `notional` (null if unknown) and
    `over`; (403) `pin_wrong`, `totp_wrong`; (429) `pin_locked`, `too_many_codes`.
    """
    over = confirm_over(session, account.user_id)
    if over is None:
        return
    if proof.method is not None:
        # Accounts before people, as whoever deletes a person holds them.
        hold_for_job(session, account.id)
        hold(session, account.user_id)
    found = standing(session, account.user_id)
    if proof.method in methods(found):
        prove(session, vault, account.user_id, found, proof)
        return
    notional = worth()
    if is_needed(over, notional):
        told = {"notional": None if notional is None else plain(notional), "over": plain(over)}
        raise Problem("confirmation_required", 403, extra={"methods": methods(found), **told})


def set_over(
    session: Session, vault: Vault, user_id: uuid.UUID, over: Decimal | None, proof: Proof
) -> None:
    """Ask about jobs worth more than this, None: about none. To ask about fewer needs a proof.

    Raises Problem (409) `no_second_factor`, and what a proof may be refused with.
    """
    row = hold(session, user_id)
    found = standing(session, user_id)
    if row is None or not methods(found):
        raise Problem("no_second_factor", 409)
    before = row.confirm_over
    asks_less = before is not None and (over is None or over > before)
    if asks_less or proof.method is not None:
        prove(session, vault, user_id, found, proof)
    row.confirm_over = over
    session.flush()


def set_pin(session: Session, vault: Vault, user_id: uuid.UUID, pin: str, proof: Proof) -> bool:
    """Give the person this PIN; true if it took the place of another. Whoever has a second factor
    proves it: a PIN can confirm what that does.

    Raises Problem (400) `pin_weak`, and what a proof may be refused with.
    """
    if pins.is_weak(pin):
        raise field_problem("pin", "pin_weak")
    row = hold_or_begin(session, user_id)
    if row is None:
        raise Problem("unauthenticated", 401)
    found = standing(session, user_id)
    if methods(found):
        prove(session, vault, user_id, found, proof)
    pins.store(vault, row, pin)
    # A secret that somebody was shown before there was a PIN was shown without it.
    row.totp_pending_enc = None
    session.flush()
    if found.pin and proof.method is Method.TOTP:
        notices.add(session, user_id, "pin_reset", "second_factor:pin", {})
    return found.pin


def remove_pin(session: Session, vault: Vault, user_id: uuid.UUID, pin: str) -> None:
    """Forget it.

    Raises Problem (409) `no_pin`, `confirmation_needs_factor` where jobs are confirmed by nothing
    else, (403) `pin_wrong`, (429) `pin_locked`.
    """
    row = hold(session, user_id)
    if row is None or row.pin_enc is None:
        raise Problem("no_pin", 409)
    if row.confirm_over is not None and row.totp_enc is None:
        raise Problem("confirmation_needs_factor", 409)
    pins.demand_pin(session, vault, user_id, pin)
    row.pin_enc = None
    session.flush()


def forget(session: Session, user: User, *, by: str) -> bool:
    """Take all of it from a person who lost what they confirm with, and commit; false if there is
    nothing. The person finds notices."""
    row = hold(session, user.id)
    found = standing(session, user.id)
    if row is None or not methods(found):
        session.rollback()
        return False
    row.confirm_over = row.totp_step = None
    row.totp_enc = row.totp_pending_enc = row.pin_enc = None
    row.pin_wrong = row.code_wrong = 0
    session.flush()
    replace_recovery_codes(session, user.id, [])
    for method in methods(found):
        notices.add(session, user.id, f"{method}_off", f"second_factor:{method}", {})
    audit.record(
        session,
        "person.factors_forgotten",
        audit.person(user.pseudonym),
        user_id=None,
        details={"by": by},
    )
    session.commit()
    return True
