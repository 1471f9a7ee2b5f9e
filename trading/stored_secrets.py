"""What is stored encrypted for people, table by table: how a rotation reads and renews its rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.vault import Vault
from models.phones import Phone, phones_after, replace_token
from models.users import Account, live_accounts_after, replace_tokens

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Row]):
    """Rows with tokens of the vault. `renew` stores a row's secrets anew, unless it changed since
    it was read, and tells whether it did; it raises VaultError for what no master secret opens."""

    name: str
    after: Callable[[Session, uuid.UUID | None, int], list[Row]]
    key: Callable[[Row], uuid.UUID]
    owner: Callable[[Row], uuid.UUID]
    tokens: Callable[[Row], tuple[str, ...]]
    renew: Callable[[Session, Vault, Row], bool]


def _renew_account(session: Session, vault: Vault, account: Account) -> bool:
    person = account.user_id
    api_key = vault.decrypt(person, account.api_key_enc or "")
    api_secret = vault.rotate(person, account.api_secret_enc or "")
    token = vault.encrypt(person, api_key)

    def replace(fingerprint: str | None) -> bool:
        return replace_tokens(session, account, token, api_secret, fingerprint)

    return _with_fingerprint(session, replace, vault.fingerprint(api_key))


def _renew_phone(session: Session, vault: Vault, phone: Phone) -> bool:
    number = vault.decrypt(phone.user_id, phone.number_enc)
    token = vault.encrypt(phone.user_id, number)

    def replace(fingerprint: str | None) -> bool:
        return replace_token(session, phone, token, fingerprint)

    return _with_fingerprint(session, replace, vault.fingerprint(number))


def _with_fingerprint(
    session: Session, replace: Callable[[str | None], bool], fingerprint: str
) -> bool:
    try:
        with session.begin_nested():
            return replace(fingerprint)
    except IntegrityError:
        # A process that did not know the newest secret yet let the same one in twice.
        return replace(None)


ACCOUNTS: Kind[Account] = Kind(
    "account",
    after=live_accounts_after,
    key=lambda account: account.id,
    owner=lambda account: account.user_id,
    tokens=lambda account: (account.api_key_enc or "", account.api_secret_enc or ""),
    renew=_renew_account,
)
PHONES: Kind[Phone] = Kind(
    "phone",
    after=phones_after,
    key=lambda phone: phone.user_id,
    owner=lambda phone: phone.user_id,
    tokens=lambda phone: (phone.number_enc,),
    renew=_renew_phone,
)
