"""How much of people a database holds: told with each dump, so that an empty one is seen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

# Those that were there from the first migration on: a dump may be of any release.
_TABLES = ("users", "accounts", "jobs", "fills", "snapshots")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Rows by table."""

    rows: dict[str, int]

    @classmethod
    def of(cls, connection: Connection) -> Holdings:
        """As this connection's scope sees them."""
        return cls(
            {
                table: connection.scalar(text(f"select count(*) from {table}")) or 0  # noqa: S608
                for table in _TABLES
            }
        )

    @property
    def are_none(self) -> bool:
        return not any(self.rows.values())

    def __str__(self) -> str:
        return ", ".join(f"{table} {count}" for table, count in self.rows.items())
