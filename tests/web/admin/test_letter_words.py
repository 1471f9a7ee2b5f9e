"""What dead letters are about has words for people, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pytest

from devstack.paths import ROOT
from models.bot_news import News
from models.mails import MailKind
from models.states import JobKind
from trading.operations.dead_letters import Dead
from trading.waits import WaitReason

_ACTOR = re.compile(r"@dramatiq\.actor\(.*\)\ndef (\w+)")
# Of a span there are two, which are named so too.
_SENT = re.compile(r'(?:\bkind=|_KIND = )"(?!producer|consumer|server|client)(\w+)"')


def written(expression: re.Pattern[str], *places: str) -> set[str]:
    """What the sources in these folders, or files, call it."""
    files = [file for place in places for file in ROOT.glob(place)]
    return {name for file in files for name in expression.findall(file.read_text())}


def values(kinds: Iterable[str]) -> set[str]:
    return {str(kind) for kind in kinds}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_kind_of_each_letter_has_its_words(language: str) -> None:
    texts = json.loads((ROOT / f"webapp/src/shared/i18n/{language}/admin.json").read_text())[
        "admin"
    ]
    sent = written(_SENT, "bot/*.py", "community/*.py", "identity/*.py")
    actors = written(_ACTOR, "worker/main.py")
    assert len(actors) == 8
    kinds = {
        Dead.MESSAGE: actors,
        Dead.SEND: sent | values(News),
        Dead.MAIL: values(MailKind),
        Dead.JOB: values(JobKind),
    }
    assert {kind: set(words) for kind, words in texts["letters"]["what"].items()} == kinds
    whys = texts["letters"]["why"].keys() | texts["waiting"].keys()
    assert whys >= values(WaitReason) | {"no_progress", "expired", "unknown", "refused"}
