"""Where a request came from, for the audit log and for the person."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address

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


def shortened(address: str | None) -> str:
    """Enough of an address to know one's own: `203.0.113.…`, `2001:db8:1:…`; empty if unknown."""
    if address is None:
        return ""
    known = ip_address(address)
    if isinstance(known, IPv4Address):
        return f"{address.rpartition('.')[0]}.…"
    return ":".join(group.lstrip("0") or "0" for group in known.exploded.split(":")[:3]) + ":…"
