"""Who may open a socket: the checks of an upgrade request, as of any other request."""

from __future__ import annotations

import base64
import binascii
import uuid
from urllib.parse import urlsplit

from flask import Request, current_app, request

from core import clock
from core.problems import FieldError, Problem
from core.texts import negotiate
from models import sign_ins
from models.base import db
from models.row_security import act_for
from models.users import User
from web import launches, present, wired
from web.limits import household
from web.realtime.tickets import Tickets
from web.realtime.visitor import Visitor
from web.tallies import admit

_VERSION = "13"
_KEY_BYTES = 16
_MAX_ID = 2**63 - 1
# Whoever is cut off with all their sockets may come back some times a minute.
_COMINGS = 6


def check_upgrade(asked: Request) -> str:
    """The handshake's key. Raises Problem (400) `upgrade_required` for what is no WebSocket
    handshake (RFC 6455, 4.2.1)."""
    key = asked.headers.get("Sec-WebSocket-Key", "")
    connection = [part.strip().lower() for part in asked.headers.get("Connection", "").split(",")]
    try:
        is_key = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        is_key = False
    fits = (
        asked.headers.get("Upgrade", "").lower() == "websocket"
        and "upgrade" in connection
        and asked.headers.get("Sec-WebSocket-Version") == _VERSION
    )
    if not (fits and is_key):
        headers = {"Sec-WebSocket-Version": _VERSION}
        raise Problem("upgrade_required", 400, headers=headers)
    return key


def check_origin(asked: Request) -> None:
    """A page of another site must not speak for the person who looks at it: browsers tell where a
    page is from. Raises Problem (403) `origin_foreign`."""
    settings = wired.settings()
    origin = asked.headers.get("Origin")
    if origin is None:
        return
    # By the host alone: what is https to a browser may be http behind a proxy.
    own = {asked.host.lower(), urlsplit(settings.public_url or "").netloc.lower()} - {""}
    if _host(origin) not in own:
        raise Problem("origin_foreign", 403)


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def check_name(asked: Request) -> None:
    """Raises Problem (400) `user_id_missing` where neither a ticket nor a person is named."""
    if "ticket" not in asked.args and not asked.args.get("user_id"):
        fault = FieldError("user_id", "required", {})
        raise Problem("user_id_missing", 400, errors=(fault,))


def check_pace() -> None:
    """Raises Problem (429) `rate_limited` for an address that comes again and again."""
    settings = wired.settings()
    most = _COMINGS * settings.sockets_per_address
    admit(f"socket:{household()}", most=most, seconds=60)


def visitor() -> Visitor:
    """Whose socket this request asks for, by its ticket, or by initData with the person's Telegram
    id. Raises Problem: (400) `validation_failed`; (401) `ticket_invalid`,
    `session_ended`, `init_data_invalid`, `init_data_stale`, `init_data_replayed`,
    `user_id_foreign`."""
    ticket = request.args.get("ticket")
    after, epoch = _number("after"), request.args.get("epoch")
    if ticket is not None:
        user_id, sign_in = _tickets().redeem(ticket)
        act_for(db.session(), user_id)
        if sign_ins.living(db.session(), sign_in) is None:
            raise Problem("session_ended", 401)
        until = None
    else:
        user_id, until = _by_init_data()
        sign_in = None
    return Visitor(
        user_id=user_id,
        sign_in=sign_in,
        until=until,
        household=household(),
        language=_language(user_id),
        after=after,
        epoch=epoch,
    )


def _by_init_data() -> tuple[uuid.UUID, float]:
    """The person, and until when their initData is good."""
    launch = launches.verified(request.args.get("init_data", ""))
    if request.args["user_id"] != str(launch.user.id):
        raise Problem("user_id_foreign", 401)
    launches.admit_socket(launch)
    user_id, _ = launches.person(launch)
    db.session.commit()
    left = (launch.ends_at - clock.utcnow()).total_seconds()
    return user_id, clock.monotonic() + left


def _language(user_id: uuid.UUID) -> str:
    user = db.session.get(User, user_id)
    if user is None:
        raise Problem("session_ended", 401)
    return present.settings(user.settings).language or negotiate(user.language_code)


def _number(name: str) -> int | None:
    given = request.args.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= 19 and int(given) <= _MAX_ID):
        raise Problem("validation_failed", 400, errors=(FieldError(name, "wrong_type", {}),))
    return int(given)


def _tickets() -> Tickets:
    found: Tickets = current_app.extensions["ws_tickets"]
    return found
