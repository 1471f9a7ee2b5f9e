"""An audit log that only grows and is sealed; roles.

Revision: 0008
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = ("owner", "admin", "manager", "moderator", "vip", "user")
_GROWS_ONLY = {
    "audit_log": "update or delete or truncate",
    "audit_seals": "update or delete or truncate",
    # What tells of a person goes with the person.
    "audit_origins": "update or truncate",
}


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column(
            "pseudonym", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
    )
    op.create_unique_constraint("uq_users_pseudonym", "users", ["pseudonym"])
    op.add_column(
        "users", sa.Column("role", sa.String(length=32), server_default="user", nullable=False)
    )
    op.create_check_constraint(op.f("ck_users_role"), "users", sa.column("role").in_(_ROLES))
    op.create_table(
        "audit_origins",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("remote_addr", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_log.id"], name=op.f("fk_audit_origins_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_origins")),
    )
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column(
            "sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seals")),
    )
    _part_entries_from_people()
    for name, columns in _INDEXES.items():
        op.create_index(name, "audit_log", columns)
    op.execute(_REFUSE)
    for table, deeds in _GROWS_ONLY.items():
        op.execute(
            f"create trigger grows_only before {deeds} on {table}"
            " for each statement execute function refuse_change()"
        )
        op.execute(f"alter table {table} enable always trigger grows_only")
    op.execute(_NUMBERED)
    op.execute(
        "create trigger numbered_after_xid before insert on audit_log"
        " for each statement execute function take_xid()"
    )


def _part_entries_from_people() -> None:
    op.add_column("audit_log", sa.Column("actor", sa.Uuid(), nullable=True))
    op.add_column("audit_log", sa.Column("origin_hash", sa.String(length=64), nullable=True))
    op.execute(
        "insert into audit_origins (entry_id, salt, request_id, remote_addr)"
        " select id, gen_random_uuid()::text, request_id, host(remote_addr) from audit_log"
        " where request_id is not null or remote_addr is not null"
    )
    op.execute(
        """
        update audit_log set
          actor = (select pseudonym from users where users.id = audit_log.user_id),
          subject = case when subject = 'user:' || user_id then 'person:' || (
            select pseudonym from users where users.id = audit_log.user_id) else subject end,
          details = details - 'label',
          origin_hash = (
            select encode(sha256(convert_to(concat_ws(E'\\n', salt, coalesce(request_id, ''),
              coalesce(remote_addr, '')), 'UTF8')), 'hex')
            from audit_origins where entry_id = audit_log.id)
        """
    )
    op.drop_index("ix_audit_log_user_id_id", table_name="audit_log")
    for column in ("user_id", "request_id", "remote_addr"):
        op.drop_column("audit_log", column)


def downgrade() -> None:
    op.execute("drop trigger numbered_after_xid on audit_log")
    op.execute("drop function take_xid()")
    for table in _GROWS_ONLY:
        op.execute(f"drop trigger grows_only on {table}")
    op.execute("drop function refuse_change()")
    for name in _INDEXES:
        op.drop_index(name, table_name="audit_log")
    op.add_column("audit_log", sa.Column("user_id", sa.Uuid(), nullable=True))
    op.add_column("audit_log", sa.Column("request_id", sa.String(length=64), nullable=True))
    op.add_column("audit_log", sa.Column("remote_addr", postgresql.INET(), nullable=True))
    op.execute(
        """
        update audit_log set
          user_id = (select id from users where users.pseudonym = audit_log.actor),
          request_id = (select o.request_id from audit_origins o where o.entry_id = audit_log.id),
          remote_addr = (
            select o.remote_addr::inet from audit_origins o where o.entry_id = audit_log.id)
        """
    )
    op.create_foreign_key(op.f("fk_audit_log_user_id"), "audit_log", "users", ["user_id"], ["id"])
    op.create_index("ix_audit_log_user_id_id", "audit_log", ["user_id", "id"])
    op.drop_column("audit_log", "origin_hash")
    op.drop_column("audit_log", "actor")
    op.drop_table("audit_seals")
    op.drop_table("audit_origins")
    op.drop_constraint(op.f("ck_users_role"), "users", type_="check")
    op.drop_column("users", "role")
    op.drop_constraint("uq_users_pseudonym", "users", type_="unique")
    op.drop_column("users", "pseudonym")


_INDEXES = {
    "ix_audit_log_actor_id": ["actor", "id"],
    "ix_audit_log_action_id": ["action", "id"],
    "ix_audit_log_at": ["at"],
}
_REFUSE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% only grows: % is refused', tg_table_name, tg_op;
end $$
"""
# The sealer waits for every transaction that may hold an id it has seen: each must be one before it
# takes an id.
_NUMBERED = """
create function take_xid() returns trigger language plpgsql as $$
begin
  perform pg_current_xact_id();
  return null;
end $$
"""
