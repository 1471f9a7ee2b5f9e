"""Guessing is counted over all processes, by where it really comes from; and what a raw socket may
say to the server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI

from tests.stack import Stack
from tests.web.conftest import Person

SIGN_IN = "/api/auth/telegram"
LIMIT = 8


@pytest.fixture(scope="module")
def stacks(environment: dict[str, str], redis_url: str) -> Iterator[list[Stack]]:
    """Two servers of one deployment, each with one process."""
    server, _, number = redis_url.rpartition("/")
    limited = {
        **environment,
        "REDIS_URL": f"{server}/{int(number) + 48}",
        "WEB_CONCURRENCY": "1",
        "EBB_RATE_LIMIT_AUTH": f"{LIMIT} per minute",
    }
    both = [Stack(limited), Stack(limited)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda stack: stack.start("web"), both))
    yield both
    for stack in both:
        stack.stop_all()


def test_a_limit_holds_over_two_processes_and_no_header_moves_the_guesser(
    stacks: list[Stack],
) -> None:
    elsewhere = "203.0.113.9"
    disguises: list[dict[str, str]] = [
        {"X-Forwarded-For": elsewhere},
        {"X-Forwarded-For": f"{elsewhere}, 127.0.0.1", "X-Real-IP": elsewhere},
        {"Forwarded": f"for={elsewhere}"},
        {"X-Client-IP": elsewhere, "CF-Connecting-IP": elsewhere},
        {"True-Client-IP": elsewhere, "User-Agent": "somebody else"},
        {"Authorization": "Bearer x", "Cookie": "ebb_access=x"},
    ]
    statuses = []
    for number in range(3 * LIMIT):
        answer = requests.post(
            f"{stacks[number % 2].url}{SIGN_IN}",
            json={"init_data": f"hash={number}"},
            headers=disguises[number % len(disguises)],
            timeout=10,
        )
        statuses.append(answer.status_code)
    assert statuses == [401] * LIMIT + [429] * 2 * LIMIT
    assert 0 < int(answer.headers["Retry-After"]) <= 61


def guess(client: FlaskClient, address: str, **headers: str) -> int:
    return client.post(
        SIGN_IN,
        json={"init_data": "hash=0"},
        headers=headers,
        environ_overrides={"REMOTE_ADDR": address},
    ).status_code


def test_who_has_a_whole_network_of_addresses_has_one_limit(
    app: OpenAPI, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "RATE_LIMIT_AUTH", f"{LIMIT} per minute")
    near = [guess(client, f"2001:db8:77:1:{number:x}::1") for number in range(LIMIT + 2)]
    assert near == [401] * LIMIT + [429] * 2
    assert guess(client, "2001:db8:77:2::1") == 401


def test_another_s_guesses_keep_nobody_out(
    app: OpenAPI, client: FlaskClient, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "RATE_LIMIT_AUTH", f"{LIMIT} per minute")
    assert [guess(client, "198.51.100.7") for _ in range(LIMIT + 1)][-1] == 429
    assert guess(client, "198.51.100.8") == 401
    assert person.get("/api/auth/me").status_code == 200


def said(url: str, raw: bytes) -> bytes:
    """What the server answers to these bytes, until it closes."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def get(path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: ebb.example", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


@pytest.mark.parametrize(
    "header",
    [
        "X-Request-ID: 0123456789\r\n Set-Cookie: a=b",
        "X-Request-ID: 0123456789\nSet-Cookie: a=b",
        "X-Request-ID: 0123456789\rSet-Cookie: a=b",
        "X-Request-ID: 0123456789%0d%0aSet-Cookie: a=b",
        "Accept-Language: ru\n Set-Cookie: a=b",
        "Idempotency-Key: abc\x00\x0bSet-Cookie: a=b",
    ],
)
def test_no_header_of_a_request_becomes_one_of_the_answer(stacks: list[Stack], header: str) -> None:
    answer = said(stacks[0].url, get("/api/auth/me", header))
    status, _, rest = answer.partition(b"\r\n")
    assert status.split()[1] in (b"400", b"401"), answer[:200]
    assert b"Set-Cookie: a=b" not in rest.partition(b"\r\n\r\n")[0]


def test_a_request_is_not_hidden_in_another(stacks: list[Stack]) -> None:
    hidden = "GET /api/hidden HTTP/1.1\r\nHost: ebb.example\r\n\r\n"
    body = json.dumps({"init_data": "x"})
    for framing in (
        f"Content-Length: {len(body)}\r\nTransfer-Encoding: chunked",
        f"Content-Length: {len(body)}\r\nContent-Length: 0",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Content-Length: +5",
        "Content-Length: -1",
    ):
        head = f"POST {SIGN_IN} HTTP/1.1\r\nHost: ebb.example\r\n{framing}\r\n"
        raw = f"{head}Content-Type: application/json\r\n\r\n{body}\r\n{hidden}"
        answer = said(stacks[0].url, raw.encode())
        assert answer.count(b"HTTP/1.1 ") == 1, framing
        assert answer.split()[1].startswith(b"4") or answer.split()[1] == b"501", answer[:100]


def test_headers_and_addresses_without_end_are_refused(stacks: list[Stack]) -> None:
    for raw in (
        get("/" + "a" * 20_000),
        get("/", *[f"X-{number}: a" for number in range(500)]),
        get("/", "X-Long: " + "a" * 70_000),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET\r\n\r\n",
    ):
        answer = said(stacks[0].url, raw)
        assert not answer or answer.split()[1].startswith(b"4")
    assert requests.get(f"{stacks[0].url}/healthz", timeout=5).status_code == 200
