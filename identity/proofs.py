"""Proof that it is the person and not somebody at their open sign-in: the PIN or a code."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from core.problems import Problem
from core.vault import Vault
from identity.pins import demand_pin
from identity.second_factor import demand
from models.second_factors import Standing


class Method(StrEnum):
    """By what a person can confirm."""

    PIN = "pin"
    TOTP = "totp"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a person typed: one of the two, or neither."""

    pin: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)

    @property
    def method(self) -> Method | None:
        if self.pin is not None:
            return Method.PIN
        return None if self.code is None else Method.TOTP


def methods(standing: Standing) -> list[Method]:
    """By what this person can confirm."""
    there = {Method.PIN: standing.pin, Method.TOTP: standing.totp}
    return [method for method, is_there in there.items() if is_there]


def prove(
    session: Session, vault: Vault, user_id: uuid.UUID, standing: Standing, proof: Proof
) -> None:
    """Check the proof; a code is spent in the caller's transaction, a refused try is committed.

    Raises Problem (403) `confirmation_required` with the `methods` that would do, for a proof of
    none of them; (403) `pin_wrong`, `totp_wrong`; (429) `pin_locked`, `too_many_codes`.
    """
    possible = methods(standing)
    if proof.method not in possible:
        raise Problem("confirmation_required", 403, extra={"methods": possible})
    if proof.pin is not None:
        demand_pin(session, vault, user_id, proof.pin)
    else:
        demand(session, vault, user_id, proof.code, status=403)
