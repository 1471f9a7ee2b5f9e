"""Where a request came from, for the audit log."""

from __future__ import annotations

from ipaddress import ip_address

from flask import g, request

from trading.accounts import Origin


def remote_address() -> str | None:
    """The client's address, None where there is none to know: a unix socket has none, and what a
    proxy puts in its header (`unknown`, `10.0.0.1:555`) need not be one."""
    try:
        return str(ip_address((request.remote_addr or "").partition("%")[0]))
    except ValueError:
        return None


def origin() -> Origin:
    """The request's id and address."""
    return Origin(request_id=g.request_id, remote_addr=remote_address())
