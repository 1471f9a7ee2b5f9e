"""Every kind of row that holds something encrypted: what of it stands under the vault, and how it
is stored under other tokens."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Protocol, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.vault import Vault
from models.second_factors import SecondFactor, replace_factor_tokens, second_factors_after
from models.users import Account, live_accounts_after, replace_tokens

Row = TypeVar("Row")


class Vaulted(Protocol[Row]):
    """One kind. `name` says it before a row's id."""

    name: str

    def after(self, session: Session, last: uuid.UUID | None, limit: int) -> Sequence[Row]:
        """A portion of everybody's rows, by id."""

    def id(self, row: Row) -> uuid.UUID:
        """By which rows are in order."""

    def person(self, row: Row) -> uuid.UUID:
        """Whose key the tokens stand under."""

    def tokens(self, row: Row) -> Sequence[str]:
        """What is encrypted of it."""

    def renew(self, session: Session, vault: Vault, row: Row) -> bool:
        """Store the same under the newest master secret, unless the row changed since it was read.
        Raises VaultError where a token can't be opened."""


class AccountKeys:
    """Key pairs, with the fingerprint by which a key is recognised."""

    name = "account"

    def after(self, session: Session, last: uuid.UUID | None, limit: int) -> Sequence[Account]:
        return live_accounts_after(session, last, limit)

    def id(self, row: Account) -> uuid.UUID:
        return row.id

    def person(self, row: Account) -> uuid.UUID:
        return row.user_id

    def tokens(self, row: Account) -> Sequence[str]:
        return [row.api_key_enc or "", row.api_secret_enc or ""]

    def renew(self, session: Session, vault: Vault, row: Account) -> bool:
        api_key = vault.decrypt(row.user_id, row.api_key_enc or "")
        api_secret = vault.rotate(row.user_id, row.api_secret_enc or "")
        token = vault.encrypt(row.user_id, api_key)
        try:
            with session.begin_nested():
                return replace_tokens(session, row, token, api_secret, vault.fingerprint(api_key))
        except IntegrityError:
            # A process that did not know the newest secret yet let the same key in twice.
            return replace_tokens(session, row, token, api_secret, None)


class Factors:
    """TOTP secrets and PINs. Recovery codes are keyed by the TOTP secret itself: they stay."""

    name = "second factors of person"

    def after(self, session: Session, last: uuid.UUID | None, limit: int) -> Sequence[SecondFactor]:
        return second_factors_after(session, last, limit)

    def id(self, row: SecondFactor) -> uuid.UUID:
        return row.user_id

    def person(self, row: SecondFactor) -> uuid.UUID:
        return row.user_id

    def tokens(self, row: SecondFactor) -> Sequence[str]:
        return list(row.tokens.values())

    def renew(self, session: Session, vault: Vault, row: SecondFactor) -> bool:
        new = {name: vault.rotate(row.user_id, token) for name, token in row.tokens.items()}
        return replace_factor_tokens(session, row, new)
