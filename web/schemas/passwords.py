"""Sign-in by e-mail and password."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from web.schemas.fields import Name, Out, Strict

# What is good enough is judged by `identity.passwords`; this only bounds the work.
Password = Annotated[str, Field(min_length=1, max_length=1024)]
Address = Annotated[str, Field(min_length=1, max_length=320)]
LinkToken = Annotated[str, Field(min_length=1, max_length=128)]
Code = Annotated[str, Field(min_length=1, max_length=32)]


class Registration(Strict):
    email: Address
    password: Password
    first_name: Name | None = None


class MailVerification(Strict):
    """`password`: the one that was chosen with the address, or the current one; not needed in the
    browser that registered, nor by the person who is signed in and asked. `code`: of the second
    factor, where the person has one."""

    token: LinkToken
    password: Password | None = None
    code: Code | None = None


class PasswordSignIn(Strict):
    """`code`: of the second factor, where the person has one."""

    email: Address
    password: Password
    code: Code | None = None


class Forgotten(Strict):
    email: Address


class PasswordReset(Strict):
    token: LinkToken
    password: Password


class PasswordChange(Strict):
    old_password: Password
    new_password: Password


class EmailChange(Strict):
    """`password`: the current one; a new one where there is none yet. `code`: of the second factor,
    where the person has one."""

    email: Address
    password: Password
    code: Code | None = None


class EmailRemoval(Strict):
    password: Password


class Accepted(Out):
    """Whatever comes of it is told by mail."""


class TelegramLink(Out):
    url: str
    expires_at: datetime


class EmailOut(Out):
    address: str
    verified: bool
