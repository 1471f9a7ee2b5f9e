"""The connection changes hands, and gunicorn is left with one that is over."""

from __future__ import annotations

import socket

import pytest

from web.realtime.takeover import TakeOver


def test_gunicorn_s_socket_can_be_closed_and_ours_lives_on() -> None:
    client, gunicorns = socket.socketpair()
    kept: list[socket.socket] = []
    answer = TakeOver("dGhlIHNhbXBsZSBub25jZQ==", kept.append)
    with pytest.raises(StopIteration):
        answer({"gunicorn.socket": gunicorns}, lambda *_: lambda _: None)
    # As gunicorn ends a connection: none of it may raise, or it is counted as ended twice.
    gunicorns.setblocking(True)
    gunicorns.shutdown(socket.SHUT_WR)
    assert gunicorns.recv(1) == b""
    gunicorns.close()
    with client, kept[0] as ours:
        ours.sendall(b"!")
        received = client.recv(1000)
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in received
    assert received.endswith(b"\r\n\r\n!")
