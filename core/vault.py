"""The crypto vault: a user's exchange keys, encrypted at rest under a key of that user alone.

Fernet under HKDF-SHA256(master secret, info = user id). Several master secrets stand during a
rotation: the newest encrypts, all decrypt (design §7).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.secrets_filter import recognise, remember

_SALT = b"ebb.vault.v1"
_CLOSED = "a stored secret can't be opened with the master secrets"


class VaultError(Exception):
    """A stored secret can't be opened: another user's, damaged, or its master secret is gone."""


class Vault:
    """Encrypts and opens per-user secrets. `masters` newest first, at least one."""

    def __init__(self, masters: Sequence[str]) -> None:
        if not masters:
            raise ValueError("the vault needs at least one master secret")
        remember(*masters)
        self._masters = tuple(masters)

    def _fernet(self, user_id: uuid.UUID) -> MultiFernet:
        return MultiFernet([Fernet(_derive(master, user_id)) for master in self._masters])

    def encrypt(self, user_id: uuid.UUID, secret: str) -> str:
        """The token to store for this user."""
        return self._fernet(user_id).encrypt(secret.encode()).decode()

    def decrypt(self, user_id: uuid.UUID, token: str) -> str:
        """The secret back; raises VaultError for another user's or a damaged token."""
        try:
            secret = self._fernet(user_id).decrypt(token.encode()).decode()
        except InvalidToken:
            raise VaultError(_CLOSED) from None
        recognise(secret)
        return secret

    def rotate(self, user_id: uuid.UUID, token: str) -> str:
        """The same secret under the newest master secret."""
        return self.encrypt(user_id, self.decrypt(user_id, token))

    def master_of(self, user_id: uuid.UUID, token: str) -> int:
        """Which master secret the token stands under, 0 the newest, by its MAC alone: nothing is
        decrypted. Raises VaultError as `decrypt`."""
        for number, master in enumerate(self._masters):
            try:
                Fernet(_derive(master, user_id)).extract_timestamp(token.encode())
            except InvalidToken:
                continue
            return number
        raise VaultError(_CLOSED)

    def fingerprint(self, text: str) -> str:
        """A keyed hash by which the same key is found again without being held."""
        return _fingerprint(self._masters[0], text)

    def fingerprints(self, text: str) -> list[str]:
        """The same under every master secret, newest first: what was stored before a rotation is
        found by one of them."""
        return [_fingerprint(master, text) for master in self._masters]


def _fingerprint(master: str, text: str) -> str:
    key = HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=b"fingerprint")
    return hmac.new(key.derive(master.encode()), text.encode(), hashlib.sha256).hexdigest()


def _derive(master: str, user_id: uuid.UUID) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=user_id.bytes).derive(
        master.encode()
    )
    return base64.urlsafe_b64encode(key)
