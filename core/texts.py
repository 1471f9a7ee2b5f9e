"""Texts for people, in Russian and English, from one catalogue (`core/catalogue/*.json`).

Keys: `reason.<code>`, `problem.<code>.title`, `problem.<code>.detail`, `field.<code>`,
`advice.<code>`, `notice.<kind>`, `job.<code>`, `wait.<code>`, `verification.<code>`,
`export.<column>.title`, `bot.<what>` (a button: `bot.<what>.title`),
`mail.<kind>.title`, `.text`, `.button.title`, `time.<unit>.title`, `toast.<what>.title`,
`realtime.<code>.title`. Values stand in braces.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "ru")
DEFAULT = "en"
_DIRECTORY = Path(__file__).parent / "catalogue"


class _Kept(dict[str, str]):
    """A placeholder without a value stays out of the sentence."""

    def __missing__(self, key: str) -> str:
        return ""


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of one language."""
    loaded: dict[str, str] = json.loads((_DIRECTORY / f"{language}.json").read_text("utf-8"))
    return loaded


def text(key: str, language: str, values: Mapping[str, str] | None = None) -> str:
    """The sentence for a key; in English where a language lacks it, the key where both do."""
    chosen = language if language in LANGUAGES else DEFAULT
    sentence = catalogue(chosen).get(key) or catalogue(DEFAULT).get(key)
    # A key is shown as it is: braces in it are no placeholders.
    return key if sentence is None else sentence.format_map(_Kept(values or {}))


def negotiate(accept_language: str | None) -> str:
    """The language to answer in: the first of ours that the header names, by its order."""
    for part in (accept_language or "").split(","):
        wanted = part.split(";")[0].split("-")[0].strip().lower()
        if wanted in LANGUAGES:
            return wanted
    return DEFAULT
