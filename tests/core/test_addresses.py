"""Server addresses in the forms that platforms give them."""

from __future__ import annotations

import pytest

from core.addresses import database_address, redis_address

OURS = "postgresql+psycopg2://"


@pytest.mark.parametrize("scheme", ["postgres://", "postgresql://", OURS])
def test_every_postgresql_address_names_our_driver(scheme: str) -> None:
    rest = "user:pa:ss@host:5432/ebb?sslmode=require"
    assert database_address(scheme + rest) == OURS + rest


def test_naming_the_driver_twice_changes_nothing() -> None:
    once = database_address("postgres://host/ebb")
    assert database_address(once) == once


@pytest.mark.parametrize(
    "url", ["", "host/ebb", "mysql://host/ebb", "postgresql+asyncpg://host/ebb", " postgres://h"]
)
def test_another_database_is_refused_without_its_address(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://") as error:
        database_address(url)
    assert not url or url not in str(error.value)


@pytest.mark.parametrize(
    ("url", "verify", "address"),
    [
        ("rediss://h:1", True, "rediss://h:1"),
        ("rediss://h:1", False, "rediss://h:1?ssl_cert_reqs=none"),
        ("rediss://h:1/0?a=b", False, "rediss://h:1/0?a=b&ssl_cert_reqs=none"),
        ("rediss://h:1?ssl_cert_reqs=required", False, "rediss://h:1?ssl_cert_reqs=required"),
        ("redis://h:1", False, "redis://h:1"),
        ("unix:///run/redis", False, "unix:///run/redis"),
    ],
)
def test_only_a_tls_address_that_says_nothing_itself_goes_unverified(
    url: str, verify: bool, address: str
) -> None:
    assert redis_address(url, verify=verify) == address
