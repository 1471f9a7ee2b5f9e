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
