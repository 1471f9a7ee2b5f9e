"""TOTP with its recovery codes, the PIN, and which jobs are confirmed by one of them."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import ValidationError

from core.numbers import plain
from identity import confirmation, totp
from identity.proofs import Proof
from models.base import db
from web import wired
from web.document import refusals
from web.guard import current_user, needs, user_id
from web.limits import auth_limit, limiter
from web.noting import note
from web.problems import from_validation
from web.schemas.second_factors import (
    CodeIn,
    ConfirmationChange,
    ConfirmationOut,
    ConfirmationProblem,
    OldPin,
    PinIn,
    RecoveryCodes,
    TotpBegin,
    TotpOut,
)

blueprint = APIBlueprint(
    "second_factors",
    __name__,
    url_prefix="/api/users",
    abp_tags=[Tag(name="second factors", description="TOTP, PIN, and confirmation of jobs")],
    abp_responses={"403": ConfirmationProblem, **refusals(409)},
)
limiter.limit(auth_limit)(blueprint)
# A body that need not be there: the schema's own would be asked for.
_TOTP_BODY = {
    "required": False,
    "content": {"application/json": {"schema": TotpBegin.model_json_schema()}},
}


@blueprint.post(
    "/totp",
    summary="Begin TOTP",
    responses={"200": TotpOut},
    openapi_extensions={"requestBody": _TOTP_BODY},
)
@needs()
def begin_totp() -> dict[str, Any] | Response:
    """A secret for an authenticator. Nothing is on until `/confirm` gets a code of it. Send `pin`
    if you have one."""
    try:
        given = TotpBegin.model_validate(request.get_json() if request.get_data() else {})
    except ValidationError as error:
        return from_validation(error)
    user = current_user()
    secret = totp.begin(db.session(), wired.vault(), user.id, Proof(pin=given.pin))
    db.session.commit()
    url = totp.otpauth_url(secret, user.username or user.first_name or str(user.id))
    return TotpOut(secret=secret, otpauth_url=url).model_dump(mode="json")


@blueprint.post("/totp/confirm", summary="Turn TOTP on", responses={"200": RecoveryCodes})
@needs()
def confirm_totp(body: CodeIn) -> dict[str, Any]:
    """By a code of the authenticator. The recovery codes are told this once."""
    codes = totp.confirm(db.session(), wired.vault(), user_id(), body.code)
    _done("totp.on")
    return RecoveryCodes(recovery_codes=codes).model_dump(mode="json")


@blueprint.post(
    "/totp/recovery-codes", summary="New recovery codes", responses={"200": RecoveryCodes}
)
@needs()
def renew_recovery_codes(body: CodeIn) -> dict[str, Any]:
    """In the place of all that were there."""
    codes = totp.new_recovery_codes(db.session(), wired.vault(), user_id(), body.code)
    _done("totp.recovery_codes")
    return RecoveryCodes(recovery_codes=codes).model_dump(mode="json")


@blueprint.delete("/totp", summary="Turn TOTP off", responses={"204": None})
@needs()
def turn_totp_off(body: CodeIn) -> tuple[str, int]:
    """The recovery codes go too. 409 `confirmation_needs_factor` while jobs are confirmed by
    nothing else."""
    totp.turn_off(db.session(), wired.vault(), user_id(), body.code)
    _done("totp.off")
    return "", 204


@blueprint.put("/pin", summary="Set your PIN", responses={"204": None})
@needs()
def set_pin(body: PinIn) -> tuple[str, int]:
    """Whoever has a PIN gives it, or a code of their authenticator."""
    replaced = confirmation.set_pin(db.session(), wired.vault(), user_id(), body.pin, body.proof())
    _done("pin.changed" if replaced else "pin.set")
    return "", 204


@blueprint.delete("/pin", summary="Remove your PIN", responses={"204": None})
@needs()
def remove_pin(body: OldPin) -> tuple[str, int]:
    """409 `confirmation_needs_factor` while jobs are confirmed by nothing else."""
    confirmation.remove_pin(db.session(), wired.vault(), user_id(), body.pin)
    _done("pin.removed")
    return "", 204


@blueprint.put(
    "/confirmation", summary="Which jobs you confirm", responses={"200": ConfirmationOut}
)
@needs()
def change_confirmation(body: ConfirmationChange) -> dict[str, Any]:
    """Jobs worth more than `over` need the PIN or a code. To confirm fewer jobs than now needs one
    too."""
    confirmation.set_over(db.session(), wired.vault(), user_id(), body.over, body.proof())
    _done("confirmation.changed", over=None if body.over is None else plain(body.over))
    return ConfirmationOut(over=body.over).model_dump(mode="json")


def _done(action: str, **details: Any) -> None:
    note(user_id(), action, **details)
    db.session.commit()
