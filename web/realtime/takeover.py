"""Takes a connection out of gunicorn's hands.

gunicorn's threads serve requests, and an open socket is none: after the checks the answer of this
request is written here, the connection goes to the sockets' loop, and gunicorn is left with a
connection that is over.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Request, Response

from core.problems import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SOCKET = "gunicorn.socket"


def check_server(asked: Request) -> None:
    """Raises Problem (501) `upgrade_unavailable` under a server that gives no connection away."""
    found = asked.environ.get(_SOCKET)
    if not isinstance(found, socket.socket) or isinstance(found, ssl.SSLSocket):
        raise Problem("upgrade_unavailable", 501)


class TakeOver(Response):
    """The answer to a handshake: 101, and `keep` gets the connection."""

    def __init__(self, key: str, keep: Callable[[socket.socket], None]) -> None:
        super().__init__(status=101)
        self._key = key
        self._keep = keep

    def __call__(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,  # noqa: ARG002
    ) -> Iterable[bytes]:
        theirs: socket.socket = environ[_SOCKET]
        digest = hashlib.sha1(self._key.encode() + _GUID).digest()  # noqa: S324 - RFC 6455 has it so
        theirs.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
        )
        ours = socket.socket(fileno=theirs.detach())
        _leave_a_dead_one(theirs)
        self._keep(ours)
        # gunicorn's word for "no answer of mine, and nothing to keep alive".
        raise StopIteration


def _leave_a_dead_one(theirs: socket.socket) -> None:
    """gunicorn closes the connection as it closes any. One without a descriptor would raise there,
    and be counted as closed twice: then a stopping process no longer waits for its requests."""
    left, right = socket.socketpair()
    right.close()
    theirs.__init__(fileno=left.detach())  # type: ignore[misc] # the object is gunicorn's to keep
