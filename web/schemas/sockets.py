"""The realtime socket: tickets, events, who is there."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import Field

from web.schemas.fields import Out, Strict

_MAX_ID = 2**63 - 1


class Ticket(Out):
    """`url` is the socket's address with the ticket in it; good for `expires_in` seconds."""

    ticket: str
    expires_in: int
    url: str


class EventQuery(Strict):
    after: int = Field(0, ge=0, le=_MAX_ID)
    limit: int = Field(50, ge=1, le=200)
    wait: int = Field(0, ge=0, le=25)


class EventPath(Strict):
    event_id: int = Field(ge=0, le=_MAX_ID)


class EventOut(Out):
    id: int
    kind: str
    data: dict[str, Any]
    created_at: datetime


class Events(Out):
    """`last` is the newest event's id, of whomever."""

    items: list[EventOut]
    epoch: str
    last: int
    trimmed_to: int


class Delivery(Out):
    """`acked`: how many people it reached, as far as their clients said so."""

    id: int
    kind: str
    to_everybody: bool
    created_at: datetime
    acked: int


class PersonHere(Out):
    user_id: uuid.UUID
    sockets: int
    processes: int


class Presence(Out):
    """`whole`: it tells of all processes, not of one."""

    people: list[PersonHere]
    sockets: int
    processes: int
    whole: bool
