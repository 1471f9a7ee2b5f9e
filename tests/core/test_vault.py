"""A stored key opens for its user, under a master secret that still stands, and for nobody else."""

from __future__ import annotations

import secrets
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ids import new_id
from core.secrets_filter import MASK, scrub_text
from core.vault import Vault, VaultError

OLDEST, OLD, NEW = (secrets.token_urlsafe(48) for _ in range(3))
ME, YOU = new_id(), new_id()


@settings(max_examples=40, deadline=None)
@given(st.uuids(), st.text())
def test_whatever_is_encrypted_comes_back_and_is_not_in_the_token(
    user: uuid.UUID, secret: str
) -> None:
    vault = Vault([NEW, OLD])
    token = vault.encrypt(user, secret)
    assert vault.decrypt(user, token) == secret
    assert len(secret) < 4 or secret not in token


def test_the_same_secret_is_stored_differently_each_time() -> None:
    vault = Vault([NEW])
    assert vault.encrypt(ME, "api-secret") != vault.encrypt(ME, "api-secret")


def test_another_user_s_token_does_not_open() -> None:
    token = Vault([NEW]).encrypt(ME, "api-secret")
    with pytest.raises(VaultError):
        Vault([NEW]).decrypt(YOU, token)


@pytest.mark.parametrize("position", range(0, 120, 7))
def test_a_token_changed_anywhere_does_not_open(position: int) -> None:
    token = Vault([NEW]).encrypt(ME, "api-secret-of-some-length")
    changed = "A" if token[position] != "A" else "B"
    with pytest.raises(VaultError):
        Vault([NEW]).decrypt(ME, token[:position] + changed + token[position + 1 :])


@pytest.mark.parametrize("damaged", ["", "no token", "gAAAA", "ключ", "=" * 100])
def test_what_is_no_token_does_not_open(damaged: str) -> None:
    with pytest.raises(VaultError):
        Vault([NEW]).decrypt(ME, damaged)


def test_what_does_not_open_says_nothing_of_the_token() -> None:
    token = Vault([OLD]).encrypt(ME, "api-secret")
    with pytest.raises(VaultError) as error:
        Vault([NEW]).decrypt(ME, token)
    assert token not in str(error.value)
    assert error.value.__cause__ is None


def test_a_rotation_keeps_every_secret_open_until_it_is_over() -> None:
    token = Vault([OLDEST]).encrypt(ME, "api-secret")
    during = Vault([NEW, OLD, OLDEST])
    assert during.decrypt(ME, token) == "api-secret"
    rotated = during.rotate(ME, token)
    assert Vault([NEW]).decrypt(ME, rotated) == "api-secret"
    for retired in (OLD, OLDEST):
        with pytest.raises(VaultError):
            Vault([retired]).decrypt(ME, rotated)


def test_a_foreign_token_is_not_rotated() -> None:
    token = Vault([NEW]).encrypt(ME, "api-secret")
    with pytest.raises(VaultError):
        Vault([NEW]).rotate(YOU, token)


def test_a_fingerprint_tells_nothing_and_depends_on_the_master_secret() -> None:
    vault = Vault([NEW])
    assert vault.fingerprint("api-key") == Vault([NEW]).fingerprint("api-key")
    assert vault.fingerprint("api-key") != Vault([OLD]).fingerprint("api-key")
    assert "api-key" not in vault.fingerprint("api-key")


def test_master_secrets_and_opened_secrets_are_masked_from_then_on() -> None:
    opened = secrets.token_urlsafe(24)
    vault = Vault([NEW])
    vault.decrypt(ME, vault.encrypt(ME, opened))
    assert scrub_text(f"{NEW} {opened}") == f"{MASK} {MASK}"


def test_the_master_secret_of_a_token_is_told_without_opening_it() -> None:
    vault = Vault([NEW, OLD])
    assert vault.master_of(ME, vault.encrypt(ME, "api-secret")) == 0
    assert vault.master_of(ME, Vault([OLD]).encrypt(ME, "api-secret")) == 1
    for user, token in ((ME, Vault([OLDEST]).encrypt(ME, "x")), (YOU, vault.encrypt(ME, "x"))):
        with pytest.raises(VaultError):
            vault.master_of(user, token)
    assert vault.fingerprints("api-key") == [Vault([m]).fingerprint("api-key") for m in (NEW, OLD)]
