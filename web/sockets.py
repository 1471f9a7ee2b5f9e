"""The realtime socket's addresses: the handshake, its tickets, and what operators see of it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_openapi3 import APIBlueprint, Tag
from redis.exceptions import RedisError

from core import clock
from core.announcer import Announcer
from core.logs import get_logger
from core.problems import Problem
from core.redis_patience import quick_redis
from core.roles import Permission
from core.settings import Settings
from models import announcing, events
from models.base import db
from models.sessions import make_sessions
from web import wired
from web.document import refusals
from web.ending import is_ending
from web.guard import needs, sign_in_id, user_id
from web.limits import household
from web.realtime import handshake
from web.realtime.hub import Hub, Limits
from web.realtime.presence import Crowd
from web.realtime.records import Records
from web.realtime.takeover import TakeOver, check_server
from web.realtime.tickets import LIFE_SECONDS, Tickets
from web.schemas.sockets import (
    Delivery,
    EventOut,
    EventPath,
    EventQuery,
    Events,
    PersonHere,
    Presence,
    Ticket,
)

log = get_logger(__name__)
blueprint = APIBlueprint(
    "sockets",
    __name__,
    url_prefix="/api",
    abp_tags=[Tag(name="realtime", description="The socket, and what it tells")],
)
PATHS = ("/ws", "/telegram/ws")
_LOOK_SECONDS = 0.5


def register(app: Flask, settings: Settings) -> None:
    """This process's hub, idle until it is attended to or somebody comes, and the handshake."""
    client = quick_redis(settings.redis_address)
    announcing.watch(db.session, Announcer(client).carry)
    app.extensions["ws_tickets"] = Tickets(client, settings.jwt_secrets)
    with app.app_context():
        records = Records(
            make_sessions(db.engine), app.extensions["channel"], app.extensions["picture"]
        )
    limits = Limits(
        all=settings.sockets_max,
        per_person=settings.sockets_per_user,
        per_household=settings.sockets_per_address,
    )
    app.extensions["hub"] = Hub(
        records, client, settings.redis_address, limits, settings.status_seconds
    )
    for path in PATHS:
        app.add_url_rule(path, f"socket:{path}", open_socket, methods=["GET"], websocket=True)
        # A plain request is told what is wanted here.
        app.add_url_rule(path, f"no_socket:{path}", open_socket, methods=["GET"])


def open_socket() -> Response:
    """The handshake: 101, or a problem."""
    handshake.check_pace()
    handshake.check_origin(request)
    handshake.check_name(request)
    key = handshake.check_upgrade(request)
    check_server(request)
    hub().check_room(household())
    # Last, since it uses the ticket up.
    visitor = handshake.visitor()
    g.user_id = visitor.user_id
    admit = hub().admit
    return TakeOver(key, lambda taken: admit(taken, visitor))


def hub() -> Hub:
    """This process's."""
    found: Hub = current_app.extensions["hub"]
    return found


@blueprint.post("/ws-ticket", summary="A ticket for one socket", responses={"200": Ticket})
@needs()
def ws_ticket() -> dict[str, Any]:
    """Good once, within half a minute, so that no credential stands in an address. The socket
    ends with this sign-in."""
    tickets: Tickets = current_app.extensions["ws_tickets"]
    ticket = tickets.issue(user_id(), sign_in_id())
    settings = wired.settings()
    home = request.host_url.rstrip("/") if settings.is_sandbox else None
    base = (home or settings.public_url or request.host_url.rstrip("/")).replace("http", "ws", 1)
    return Ticket(
        ticket=ticket, expires_in=LIFE_SECONDS, url=f"{base}/ws?ticket={ticket}"
    ).model_dump()


@blueprint.get("/events", summary="What was told to you", responses={"200": Events})
@needs()
def list_events(query: EventQuery) -> dict[str, Any]:
    """To you and to everybody, the oldest first, after the event `after`; kept for
    `EBB_EVENTS_DAYS`. `trimmed_to`: events up to this id are gone. `wait` seconds holds an answer
    without events back until there is one."""
    rows, found = _wait_for_events(query)
    return Events(
        items=[EventOut.model_validate(row) for row in rows],
        epoch=found.epoch,
        last=found.last,
        trimmed_to=found.trimmed_to,
    ).model_dump(mode="json")


def _wait_for_events(query: EventQuery) -> tuple[Sequence[events.Event], events.Stream]:
    """What is there after the event, or nothing when time is up."""
    until = clock.monotonic() + query.wait
    while True:
        rows = events.for_person(db.session(), user_id(), after=query.after, limit=query.limit)
        found = events.stream(db.session())
        # The connection goes back while this request only waits.
        db.session.commit()
        # What is gone, or was never told, is not worth waiting for.
        is_there = found.trimmed_to <= query.after <= found.last
        if rows or not is_there or clock.monotonic() >= until or is_ending():
            return rows, found
        clock.pause(min(_LOOK_SECONDS, until - clock.monotonic()))


@blueprint.get(
    "/events/<int:event_id>/delivery",
    summary="Whom an event reached",
    responses={"200": Delivery, **refusals(400)},
)
@needs(Permission.OPERATE)
def event_delivery(path: EventPath) -> dict[str, Any]:
    """Counted by people whose client said that it arrived."""
    found = events.delivery(db.session(), path.event_id)
    if found is None:
        raise Problem("not_found", 404)
    return Delivery(
        id=found.event.id,
        kind=found.event.kind,
        to_everybody=found.event.user_id is None,
        created_at=found.event.created_at,
        acked=found.acked,
    ).model_dump(mode="json")


@blueprint.get("/presence", summary="Who is connected", responses={"200": Presence})
@needs(Permission.OPERATE)
def presence() -> dict[str, Any]:
    """As of some seconds ago; of this process alone while Redis is away (`whole` is false then)."""
    kept = hub()
    try:
        crowd, whole = kept.roll.read(), True
    except (RedisError, OSError) as error:
        log.warning("presence.here_only", error=type(error).__name__)
        crowd, whole = Crowd({kept.roll.process: kept.room.counts()}), False
    sockets: Counter[Any] = Counter()
    processes: Counter[Any] = Counter()
    for theirs in crowd.here.values():
        sockets.update(theirs)
        processes.update(theirs.keys())
    people = [
        PersonHere(user_id=one, sockets=sockets[one], processes=processes[one])
        for one in sorted(sockets)
    ]
    return Presence(
        people=people, sockets=sockets.total(), processes=len(crowd.here), whole=whole
    ).model_dump(mode="json")
