"""Connect, list, change and remove exchange keys. A secret comes in once and never goes out."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from core.roles import Permission
from exchange.gateway import Credentials
from models.base import db
from models.users import live_accounts
from trading import accounts
from trading.accounts import Change, NewKey
from trading.key_checks import check_own_key
from web import present, wired
from web.document import refusals
from web.guard import current_user, needs, user_id
from web.limits import auth_limit, limiter
from web.origin import origin
from web.schemas.auth import AccountChange, AccountOut, AccountPath, Accounts, NewAccount

blueprint = APIBlueprint(
    "accounts",
    __name__,
    url_prefix="/api/users/api-keys",
    abp_tags=[Tag(name="accounts", description="Exchange keys")],
    abp_responses=refusals(409),
)


@blueprint.post("", summary="Connect a key", responses={"201": AccountOut, **refusals(422, 502)})
@limiter.limit(auth_limit)
@needs(Permission.TRADE)
def connect_key(body: NewAccount) -> tuple[dict[str, Any], int]:
    """The key is checked with the exchange before it is stored, and stored encrypted."""
    user = current_user()
    key = NewKey(
        label=body.label,
        environment=body.environment,
        credentials=Credentials(api_key=body.api_key, api_secret=body.api_secret),
    )
    made = accounts.connect(db.session(), wired.desk(), user.id, key, origin())
    return present.account(made).model_dump(mode="json"), 201


@blueprint.get("", summary="The connected keys, masked", responses={"200": Accounts})
@needs(Permission.TRADE)
def list_keys() -> dict[str, Any]:
    """Only the last four characters of a key are ever shown."""
    rows = live_accounts(db.session(), user_id())
    return Accounts(items=[present.account(row) for row in rows]).model_dump(mode="json")


@blueprint.patch("/<uuid:account_id>", summary="Change a key", responses={"200": AccountOut})
@needs(Permission.TRADE)
def change_key(path: AccountPath, body: AccountChange) -> dict[str, Any]:
    """Its name, whether it is the default one, and what no reduce of it touches."""
    desk = wired.desk()
    wanted = Change(
        label=body.label,
        make_default=bool(body.is_default),
        exempt=None if body.exempt is None else [exempt.domain() for exempt in body.exempt],
    )
    changed = accounts.change(db.session(), desk, user_id(), path.account_id, wanted, origin())
    return present.account(changed).model_dump(mode="json")


@blueprint.post(
    "/<uuid:account_id>/check",
    summary="Check a key",
    responses={"200": AccountOut, **refusals(502)},
)
@limiter.limit(auth_limit)
@needs(Permission.TRADE)
def check_key(path: AccountPath) -> dict[str, Any]:
    """Ask the exchange now what the key may do, as is done once a day; `state` tells the rest."""
    desk = wired.desk()
    checked = check_own_key(db.session(), desk, user_id(), path.account_id, origin())
    return present.account(checked).model_dump(mode="json")


@blueprint.delete("/<uuid:account_id>", summary="Remove a key", responses={"204": None})
@needs(Permission.TRADE)
def remove_key(path: AccountPath) -> tuple[str, int]:
    """The key pair is forgotten for good; history stays."""
    desk = wired.desk()
    accounts.remove(db.session(), desk, user_id(), path.account_id, origin())
    return "", 204
