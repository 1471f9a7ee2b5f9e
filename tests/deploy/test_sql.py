"""The SQL that the docs show is taken by a database with all migrations."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class

from devstack.paths import ROOT
from devstack.test_servers import Servers
from tests.databases import Databases
from tests.written import Block, inline, pages, run_by

_OWNER = "ebb"


def queries() -> list[str]:
    """Those of sentences."""
    return [code for page in pages() for code in inline(page) if code.startswith("select ")]


@pytest.fixture
def superuser(servers: Servers, databases: Databases, process_number: int) -> Iterator[Cursor]:
    """On a scratch database; roles are the whole server's, so nothing is kept."""
    if not servers.superuser_url:
        pytest.skip("the given server has no superuser for us")
    address = databases.migrated(f"ebb_sql_{process_number}")
    server = servers.superuser_url.rpartition("/")[0]
    connection = psycopg2.connect(f"{server}/{address.rpartition('/')[2]}")
    yield connection.cursor()
    connection.rollback()
    connection.close()


@pytest.mark.parametrize("block", run_by(__file__), ids=str)
def test_the_block(superuser: Cursor, block: Block) -> None:
    if f"create role {_OWNER} " in block.commands:
        superuser.execute(f"alter role {_OWNER} rename to ebb_of_this_run")
    superuser.execute(block.commands)


@pytest.mark.parametrize("query", queries())
def test_the_query(superuser: Cursor, query: str) -> None:
    superuser.execute(query)


def test_there_are_some() -> None:
    assert {str(block.page.relative_to(ROOT)) for block in run_by(__file__)} == {
        "docs/deploy.md",
        "docs/security.md",
    }
    assert queries()
