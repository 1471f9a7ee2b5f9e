"""The community's chat, and who asks to write into it."""

from __future__ import annotations

from flask import current_app, g

from community.asking import Asked
from community.channel import Channel
from web.guard import user_id
from web.origin import remote_address


def channel() -> Channel | None:
    """None where this deployment has no chat."""
    found: Channel | None = current_app.extensions["channel"]
    return found


def asked() -> Asked:
    """The signed-in person, and where the request came from."""
    return Asked(user_id(), request_id=g.request_id, remote_addr=remote_address())
