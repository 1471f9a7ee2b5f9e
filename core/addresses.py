"""Server addresses as people and platforms give them, brought to the form that we use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_DRIVER = "postgresql+psycopg2://"
# The readers' own words would tell a part of the password: where it has a character that ends it
# for them, the rest is taken for a port or a host.
_UNREADABLE = (
    "can't be read: is the port a number? In user and password @ : / # ? % are written as"
    " %40 %3A %2F %23 %3F %25"
)


def database_address(url: str) -> str:
    """The address with our driver named.

    `postgres://` is Heroku's; `postgresql://` alone means another driver since SQLAlchemy 2.1.
    Raises ValueError for anything that is not PostgreSQL, or that SQLAlchemy can't read.
    """
    for scheme in ("postgres://", "postgresql://", _DRIVER):
        if url.startswith(scheme):
            address = _DRIVER + url.removeprefix(scheme)
            break
    else:
        raise ValueError("must be a postgresql:// address")
    try:
        host = make_url(address).host or ""
    except (ArgumentError, ValueError):
        raise ValueError(_UNREADABLE) from None
    if "@" in host:
        raise ValueError(_UNREADABLE)
    return address


def database_passwords(address: str) -> tuple[str, ...]:
    """The password within, if there is one; `address` is as `database_address` gives it."""
    url = make_url(address)
    return tuple(str(word) for word in (url.password, url.query.get("password")) if word)


def server_passwords(url: str) -> tuple[str, ...]:
    """The same of a URL that `split_address` takes."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return tuple(
        unquote(word) for word in (parts.password, query.get("password")) if word is not None
    )


def split_address(url: str) -> SplitResult:
    """The parts of any server's URL. Raises ValueError, which tells nothing of them, where they
    can't be read, or a part of user or password is taken for something else."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(_UNREADABLE) from None
    if "@" in parts.path + parts.query + parts.fragment:
        raise ValueError(_UNREADABLE)
    return parts


def redis_address(url: str, *, verify: bool) -> str:
    """The address; without verification of the server's certificate where it is self-signed, as
    Heroku's is. Only TLS addresses are changed, and only if they don't say themselves."""
    if verify or not url.startswith("rediss://") or "ssl_cert_reqs" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=none"


_AMQP_WAITS = {
    # Whoever rings has a person waiting.
    "socket_timeout": "0.5",
    "stack_timeout": "2",
    "blocked_connection_timeout": "2",
    "connection_attempts": "1",
    # A thread that only rings answers no heartbeats: the system looks after the connection.
    "heartbeat": "0",
    "tcp_options": "{'TCP_KEEPIDLE': 5, 'TCP_KEEPINTVL': 2, 'TCP_KEEPCNT': 3}",
}


def amqp_address(url: str) -> str:
    """The address, with waits for RabbitMQ that it does not say itself."""
    parts = urlsplit(url)
    told = dict(parse_qsl(parts.query))
    return parts._replace(query=urlencode(_AMQP_WAITS | told)).geturl()


@dataclass(frozen=True, slots=True)
class MailServerAddress:
    """Where mail is handed in, and as whom. `tls`: `implicit` from the first byte, `starttls`
    before anything is said, or `none`."""

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Of `smtps://`, `smtp+starttls://` or `smtp://`. Raises ValueError for another."""
        parts = split_address(url)
        if parts.scheme not in _MAIL_SCHEMES or not parts.hostname:
            raise ValueError("must be an smtps://, smtp+starttls:// or smtp:// address")
        tls, usual_port = _MAIL_SCHEMES[parts.scheme]
        return cls(
            host=parts.hostname,
            port=parts.port or usual_port,
            tls=tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


_MAIL_SCHEMES = {
    "smtps": ("implicit", 465),
    "smtp+starttls": ("starttls", 587),
    "smtp": ("none", 25),
}
