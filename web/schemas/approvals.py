"""Sign-in by approval in Telegram, and what a person sets about it."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from identity.phones import normalised
from web.schemas.auth import Tokens
from web.schemas.fields import Out, Strict


def _number(written: str) -> str:
    number = normalised(written)
    if number is None:
        raise PydanticCustomError("phone_number_invalid", "a number with its country code")
    return number


PhoneNumber = Annotated[str, Field(max_length=40), AfterValidator(_number)]
"""E.164; blanks, dashes and brackets between the digits don't count."""


class PhoneSignIn(Strict):
    phone_number: PhoneNumber


class ApprovalBegun(Out):
    """Show `match_number`: the person picks it in Telegram."""

    session_id: uuid.UUID
    expires_in: int
    match_number: str


class ApprovalPath(Strict):
    session_id: uuid.UUID


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class ApprovalOut(Out):
    """`tokens` once, with the first `approved`; null where they came as cookies."""

    status: ApprovalStatus
    tokens: Tokens | None
    expires_in: int


class Approvals(Out):
    """`blocked`: no browser's request is passed on."""

    phone_masked: str | None
    blocked: bool


class ApprovalsChange(Strict):
    blocked: bool
