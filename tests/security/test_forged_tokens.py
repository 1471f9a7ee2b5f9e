"""No token opens a door but one that this deployment gave for it, in a sign-in that lives."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI

from core import clock
from core.settings import Settings
from tests.security.routes import operations
from tests.web.conftest import Person, problem
from web.tokens import key_id

ME, REFRESH = "/api/auth/me", "/api/auth/refresh"
Claims = dict[str, Any]


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def sealed(header: Any, claims: Any, key: bytes, digest: str = "sha256") -> str:
    """Signed by hand: libraries refuse to make most of these."""
    told = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    return f"{told}.{part(hmac.new(key, told.encode(), digest).digest())}"


@pytest.fixture
def claims(person: Person) -> Claims:
    told: Claims = jwt.decode(person.token, options={"verify_signature": False})
    return told


@pytest.fixture
def kid(settings: Settings) -> str:
    return key_id(settings.jwt_secrets[0])


@pytest.fixture
def refused(client: FlaskClient, person: Person) -> Callable[[str], None]:
    """Neither a person's page nor a refresh takes it, in no place."""

    def check(token: str, code: str = "unauthenticated") -> None:
        person.known_secrets(token)
        bearer = {"Authorization": f"Bearer {token}"}
        problem(client.get(ME, headers=bearer), 401, code)
        problem(client.post(REFRESH, headers=bearer), 401, code)
        problem(client.post(REFRESH, json={"refresh_token": token}), 401, code)
        client.set_cookie("ebb_access", token, path="/api")
        problem(client.get(ME), 401, code)
        client.delete_cookie("ebb_access", path="/api")

    return check


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, "HS999", ["HS256"]])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_an_algorithm_that_is_none(
    refused: Callable[[str], None], claims: Claims, kid: str, alg: Any, signature: str
) -> None:
    header = {"alg": alg, "typ": "JWT", "kid": kid}
    told = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    refused(f"{told}.{signature}")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "HS384", "HS512"])
def test_another_algorithm_even_with_our_secret(
    refused: Callable[[str], None], claims: Claims, kid: str, settings: Settings, algorithm: str
) -> None:
    ours = settings.jwt_secrets[0].encode()
    digest = f"sha{algorithm[2:]}"
    refused(sealed({"alg": algorithm, "kid": kid}, claims, ours, digest))


def test_keys_that_anyone_has(refused: Callable[[str], None], claims: Claims, kid: str) -> None:
    private = rsa.generate_private_key(65537, 2048)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    refused(jwt.encode(claims, pem, algorithm="RS256", headers={"kid": kid}))
    own_key = {"kty": "oct", "k": part(b"mine"), "kid": kid}
    for key in (public, public.strip(), b"", b"mine", b"secret", kid.encode()):
        for also in ({}, {"jwk": own_key}, {"jku": "https://evil.example/keys"}, {"x5u": "/keys"}):
            refused(sealed({"alg": "HS256", "kid": kid, **also}, claims, key))


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "/dev/null",
        "' or '1'='1",
        "x' union select 'mine' --",
        "\0",
        "",
        None,
        0,
        True,
        ["a"],
        {"a": 1},
        "a" * 2000,
        "$(id)",
        "http://evil.example/key",
    ],
)
def test_names_of_keys_that_we_do_not_have(
    refused: Callable[[str], None], claims: Claims, kid: Any
) -> None:
    for key in (b"", b"mine", hashlib.sha256(b"").digest()):
        refused(sealed({"alg": "HS256", "kid": kid}, claims, key))


def test_claims_of_another_kind(
    client: FlaskClient, person: Person, claims: Claims, settings: Settings, kid: str
) -> None:
    """Signed by us, which happens to nobody else: still no fault of ours."""
    changes: list[dict[str, Any]] = [
        {"iss": "another"},
        {"iss": None},
        {"type": "refresh"},
        {"sid": str(uuid.uuid4())},
        {"sid": "' or 1=1 --"},
        {"sid": None},
        {"sub": "nobody"},
        {"sub": 5},
        {"role": "king"},
        {"exp": "soon"},
        {"exp": 0},
        {"nbf": clock.utcnow().timestamp() + 3600},
    ]
    for change in changes:
        key = settings.jwt_secrets[0].encode()
        token = sealed({"alg": "HS256", "kid": kid}, {**claims, **change}, key)
        person.known_secrets(token)
        answer = client.get("/api/jobs", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, change


def test_an_outlived_and_a_foreign_token(
    refused: Callable[..., None], claims: Claims, settings: Settings, kid: str
) -> None:
    past = {**claims, "exp": (clock.utcnow() - timedelta(seconds=1)).timestamp()}
    refused(
        sealed({"alg": "HS256", "kid": kid}, past, settings.jwt_secrets[0].encode()),
        "token_expired",
    )
    foreign = secrets.token_urlsafe(48)
    for name in (kid, key_id(foreign)):
        refused(sealed({"alg": "HS256", "kid": name}, claims, foreign.encode()))


@pytest.mark.parametrize(
    "token",
    ["x", "..", "a.b.c", "é.é.é", "e30.e30.", "e30.e30.e30", "." * 5000, "null", "%00", "Bearer"],
)
def test_what_is_no_token(client: FlaskClient, token: str) -> None:
    for shape in ("Bearer {}", "bearer {}", "{}", "Basic {}", "Bearer {} {}", "Bearer  {}"):
        header = shape.format(token, token).encode().decode("latin-1")
        problem(client.get(ME, headers={"Authorization": header}), 401, "unauthenticated")


def test_no_door_opens_to_a_token_of_the_wrong_kind_or_of_an_ended_session(
    app: OpenAPI, make_person: Callable[..., Person], kid: str, claims: Claims
) -> None:
    ended, living = make_person(), make_person()
    assert ended.post("/api/auth/logout").status_code == 204
    tokens = {
        "none": None,
        "refresh as access": living.refresh,
        "ended": ended.token,
        "ended refresh": ended.refresh,
        "forged": sealed({"alg": "none", "kid": kid}, claims, b""),
    }
    doors = 0
    for operation in operations(app):
        if not operation.told.get("security") or operation.rule.rule == REFRESH:
            continue
        doors += 1
        address = operation.path(dict.fromkeys(operation.rule.arguments, str(uuid.uuid4())))
        for kind, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = app.test_client().open(address, method=operation.method, headers=headers)
            assert answer.status_code == 401, f"{operation}: {kind}"
    assert doors >= 30
    assert living.get(ME).status_code == 200


def test_only_a_refresh_token_refreshes_and_a_replayed_one_ends_the_session(
    client: FlaskClient, person: Person
) -> None:
    problem(client.post(REFRESH, json={"refresh_token": person.token}), 401, "unauthenticated")
    stolen, latest = person.refresh, person.refresh
    for _ in range(2):
        answer = client.post(REFRESH, json={"refresh_token": latest})
        latest = answer.get_json()["refresh_token"]
        person.known_secrets(latest, answer.get_json()["access_token"])
    problem(client.post(REFRESH, json={"refresh_token": stolen}), 401, "refresh_reused")
    problem(client.post(REFRESH, json={"refresh_token": latest}), 401, "session_ended")
    problem(person.get(ME), 401, "session_ended")
