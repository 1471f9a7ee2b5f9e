"""TOTP, PIN, and which jobs are confirmed by one of them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from identity.proofs import Method, Proof
from web.schemas.fields import Amount, Out, Quantity, Strict
from web.schemas.fields import Problem as ProblemOut

Pin = Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]
Code = Annotated[str, Field(min_length=6, max_length=32, pattern=r"^[0-9A-Za-z -]+$")]
"""Six digits of an authenticator, or a recovery code."""


class ProofIn(Strict):
    """At most one of the two."""

    pin: Pin | None = Field(None, repr=False)
    code: Code | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.pin is not None and self.code is not None:
            raise PydanticCustomError("pin_or_code", "either a PIN or a code")
        return self

    def proof(self) -> Proof:
        return Proof(pin=self.pin, code=self.code)


class ConfirmationIn(ProofIn):
    """By what a person confirms a job: exactly one of the two."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.pin is None and self.code is None:
            raise PydanticCustomError("pin_or_code", "either a PIN or a code")
        return self


class TotpBegin(Strict):
    """`pin`: of whoever has one."""

    pin: Pin | None = Field(None, repr=False)


class TotpOut(Out):
    """Shown once, until a code of it is sent."""

    secret: str
    otpauth_url: str


class CodeIn(Strict):
    code: Code = Field(repr=False)


class RecoveryCodes(Out):
    """Shown once; each is good once."""

    recovery_codes: list[str]


class PinIn(Strict):
    """`old_pin` or `code`: of whoever has a PIN or TOTP already."""

    pin: Pin = Field(repr=False)
    old_pin: Pin | None = Field(None, repr=False)
    code: Code | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.old_pin is not None and self.code is not None:
            raise PydanticCustomError("pin_or_code", "either a PIN or a code")
        return self

    def proof(self) -> Proof:
        return Proof(pin=self.old_pin, code=self.code)


class OldPin(Strict):
    pin: Pin = Field(repr=False)


class ConfirmationChange(ProofIn):
    """`over` in dollars: jobs worth more are confirmed, every job at 0, none at null."""

    over: Quantity | None


class ConfirmationOut(Out):
    over: Amount | None


class SecondFactors(Out):
    totp: bool
    pin: bool
    recovery_codes_left: int


class ConfirmationProblem(ProblemOut):
    """With `confirmation_required`: by what to confirm, and for a job what it is worth (null where
    the book could not be read) and above what it is asked."""

    methods: list[Method] = Field([])
    notional: Amount | None = None
    over: Amount | None = None
