"""Looks for strings in the memory of this process."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import Any


def disguised(text: str) -> str:
    """And, given the disguise, the text again: for what must not be found by its own test."""
    return "".join(chr(ord(letter) ^ 1) for letter in text)


def holders(disguises: list[str]) -> list[list[str]]:
    """For each text, the types of the live objects that hold it or a longer one with it in it."""
    texts = [disguised(disguise) for disguise in disguises]
    encoded = [text.encode() for text in texts]
    own = {id(text) for text in (*texts, *encoded)}
    kinds: list[set[str]] = [set() for _ in texts]
    shortest = min(map(len, texts))
    for holder, value in _strings():
        if len(value) < shortest or id(value) in own:
            continue
        for number, text in enumerate(texts):
            if (text in value) if isinstance(value, str) else (encoded[number] in value):
                kinds[number].add(type(holder).__qualname__)
    return [sorted(names) for names in kinds]


def _strings() -> Iterator[tuple[object, Any]]:
    """Every string and byte string that a live object reaches, with what holds it."""
    todo: list[object] = [*gc.get_objects(), *sys._current_frames().values()]
    seen = {id(todo)}
    while todo:
        holder = todo.pop()
        if id(holder) in seen:
            continue
        seen.add(id(holder))
        for value in gc.get_referents(holder):
            if isinstance(value, str | bytes | bytearray):
                yield holder, value
            elif id(value) not in seen:
                todo.append(value)
