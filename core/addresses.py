"""Server addresses as people and platforms give them, brought to the form that we use."""

from __future__ import annotations

_DRIVER = "postgresql+psycopg2://"


def database_address(url: str) -> str:
    """The address with our driver named.

    `postgres://` is Heroku's; `postgresql://` alone means another driver since SQLAlchemy 2.1.
    Raises ValueError for anything that is not PostgreSQL.
    """
    for scheme in ("postgres://", "postgresql://", _DRIVER):
        if url.startswith(scheme):
            return _DRIVER + url.removeprefix(scheme)
    raise ValueError("must be a postgresql:// address")


def redis_address(url: str, *, verify: bool) -> str:
    """The address; without verification of the server's certificate where it is self-signed, as
    Heroku's is. Only TLS addresses are changed, and only if they don't say themselves."""
    if verify or not url.startswith("rediss://") or "ssl_cert_reqs" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=none"
