"""Rate limits by user (or address), counted in Redis, in memory while Redis is away."""

from __future__ import annotations

import math
import time
from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import Flask, current_app, request
from flask_jwt_extended import get_jwt_identity
from flask_limiter import Limiter

from core.redis_patience import quick_redis
from core.settings import Settings
from web.origin import remote_address

_CUSTOMER = 64


def _who() -> str:
    try:
        identity = get_jwt_identity()
    except RuntimeError:
        identity = None
    return f"user:{identity}" if identity else f"ip:{household()}"


def household() -> str:
    """The asker's address. Of IPv6 what one customer is given: whoever has one address has 2⁶⁴."""
    address = remote_address()
    if address is None:
        return "unknown"
    known = ip_address(address)
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(IPv6Network((known, _CUSTOMER), strict=False))
    return address


def auth_limit() -> str:
    """Sign-in attempts: by address."""
    return str(current_app.config["RATE_LIMIT_AUTH"])


def orders_limit() -> str:
    """Accepting jobs: by user."""
    return str(current_app.config["RATE_LIMIT_ORDERS"])


limiter = Limiter(key_func=_who, strategy="moving-window")


def seconds_to_wait() -> int:
    """After a refusal: when the limit that refused has room again."""
    refused = limiter.current_limit
    return max(1, math.ceil(refused.reset_at - time.time())) if refused else 60


@limiter.request_filter
def _only_the_api() -> bool:
    """Pages, assets and health checks are not counted."""
    return not request.path.startswith("/api/")


def register(app: Flask, settings: Settings) -> None:
    """Install the limits; the storage answers within a fraction of a second or is done without."""
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_address,
        RATELIMIT_STORAGE_OPTIONS={
            "connection_pool": quick_redis(settings.redis_address).connection_pool
        },
        RATELIMIT_DEFAULT=settings.rate_limit_default,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        # Of requests that are under way when Redis dies only one falls back; the others pass.
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_KEY_PREFIX="ebb-limits",
        RATE_LIMIT_AUTH=settings.rate_limit_auth,
        RATE_LIMIT_ORDERS=settings.rate_limit_orders,
    )
    limiter.init_app(app)
