"""What an engine says of the database's own protection."""

from __future__ import annotations

import pytest

from models.sessions import make_engine


def test_a_session_without_timeouts_is_told_of(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("models.sessions.log.warning", lambda event, **_: told.append(event))
    # A pooler that drops them leaves a session as one that asks for none.
    for behind_pooler in (False, True):
        opened = make_engine(database_url, behind_pooler=behind_pooler)
        opened.connect().close()
        opened.dispose()
    assert told == ["database.no_timeouts"]
