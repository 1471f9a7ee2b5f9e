"""A signed-in person's e-mail address, password, and their way to Telegram."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from identity import credentials, linking, registration, second_factor
from identity.addresses import mailbox
from models.base import db
from web import wired
from web.bot_name import bot_name
from web.document import refusals
from web.guard import current_user, needs, sign_in_id, user_id
from web.limits import auth_limit, limiter
from web.living import living
from web.noting import note
from web.passwords import must_send_mail, passwords
from web.schemas.passwords import Accepted, EmailChange, EmailRemoval, PasswordChange, TelegramLink
from web.tries import admit_check, admit_mail, forget

blueprint = APIBlueprint(
    "emails",
    __name__,
    url_prefix="/api/users",
    abp_tags=[Tag(name="person", description="Your settings")],
    abp_responses=refusals(403, 409),
)
limiter.limit(auth_limit)(blueprint)


@blueprint.post("/password", summary="Change your password", responses={"204": None})
@needs()
def change_password(body: PasswordChange) -> tuple[str, int]:
    """Ends all your other sign-ins. Refused with 403 `password_wrong`, 409 `no_email`, and a field
    error for a new one that is not good enough."""
    key = admit_check(user_id())
    ended = credentials.change_password(
        db.session(),
        passwords(),
        current_user(),
        sign_in_id(),
        old=body.old_password,
        new=body.new_password,
    )
    _done("password.changed", ended=len(ended))
    forget(key)
    living().forget(*ended)
    return "", 204


@blueprint.put("/email", summary="Add or change your address", responses={"202": Accepted})
@needs()
def want_email(body: EmailChange) -> tuple[dict[str, Any], int]:
    """The address is yours once you open the link that goes to it by mail; until then the former
    one stays. The same answer for an address that is another person's: its owner is told."""
    must_send_mail()
    key = admit_check(user_id())
    second_factor.demand(db.session(), wired.vault(), user_id(), body.code, status=403)
    registration.want_address(
        db.session(), passwords(), current_user(), email=body.email, password=body.password
    )
    admit_mail(mailbox(body.email) or body.email)
    _done("email.wanted")
    forget(key)
    return Accepted().model_dump(), 202


@blueprint.delete("/email", summary="Remove your address", responses={"204": None})
@needs()
def remove_email(body: EmailRemoval) -> tuple[str, int]:
    """You sign in by Telegram alone from then on. Refused with 409 `last_way_in` without it."""
    key = admit_check(user_id())
    credentials.remove_email(db.session(), passwords(), current_user(), password=body.password)
    _done("email.removed")
    forget(key)
    return "", 204


@blueprint.post(
    "/link-telegram", summary="Link your Telegram", responses={"200": TelegramLink, **refusals(502)}
)
@needs()
def link_telegram() -> dict[str, Any]:
    """A link that is good once, for ten minutes: the bot asks whoever opens it. Refused with 409
    `telegram_linked` for one who has Telegram already."""
    code, expires_at = linking.new_code(db.session(), current_user())
    url = f"https://t.me/{bot_name().now()}?start=link_{code}"
    _done("telegram.link_wanted")
    return TelegramLink(url=url, expires_at=expires_at).model_dump(mode="json")


def _done(action: str, **details: Any) -> None:
    note(user_id(), action, **details)
    db.session.commit()
