"""What a person may do on the platform: roles, and the permissions of each. Pure."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """One a person."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    MODERATOR = "moderator"
    VIP = "vip"
    USER = "user"


class Permission(StrEnum):
    """`all` holds every other."""

    ALL = "all"
    TRADE = "trade"
    OPERATE = "operate"
    READ_AUDIT = "read_audit"
    MUTE = "mute"
    WARN = "warn"
    READ_LEADS = "read_leads"
    REPLY = "reply"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset({Permission.ALL}),
    Role.ADMIN: frozenset({Permission.ALL}),
    Role.MANAGER: frozenset({Permission.TRADE, Permission.READ_LEADS, Permission.REPLY}),
    Role.MODERATOR: frozenset({Permission.TRADE, Permission.MUTE, Permission.WARN}),
    Role.VIP: frozenset({Permission.TRADE}),
    Role.USER: frozenset({Permission.TRADE}),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether the role holds the permission."""
    return bool(PERMISSIONS[role] & {permission, Permission.ALL})
