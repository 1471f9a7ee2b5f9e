"""No command of the docs goes unlooked at: it is run by a test, or it is said why it can't be."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import click
import pytest

from core.settings import Settings
from devstack.paths import ROOT
from tests.written import Block, blocks, inline, pages
from web.app import create_app

_FLASK = re.compile(r"\bflask (?:--app web\.wsgi:app )?(.+)")
_BUILT_IN = ("shell", "run", "routes")
_MAKE = re.compile(r"(?<![\w./-])make ([a-z][a-z-]+)")
_MODULE = re.compile(r"\bpython -m ([a-z_.]+)")
_ENOUGH = 15


def shown() -> list[Block]:
    return [block for page in pages() for block in blocks(page)]


def everything_shown() -> list[tuple[str, str]]:
    """Each line of commands and each piece of inline code, and where it stands."""
    lines = [
        (str(block), line) for block in shown() for line in block.commands.splitlines() if line
    ]
    said = [(str(page.relative_to(ROOT)), code) for page in pages() for code in inline(page)]
    return lines + said


def test_every_block_of_commands_has_a_mark() -> None:
    unmarked = [
        str(block)
        for block in shown()
        if not (block.is_run_here or block.test or len(block.reason or "") >= _ENOUGH)
    ]
    assert not unmarked, (
        f"say what runs these blocks, or why nothing does (tests/written.py): {unmarked}"
    )


def test_the_tests_that_marks_name_exist() -> None:
    missing = [str(block) for block in shown() if block.test and not (ROOT / block.test).is_file()]
    assert not missing


def test_a_mark_belongs_to_the_block_right_after_it_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- commands: run -->\n```sh\none\n```\n\n```sh\ntwo\n```\n\n"
        "1. A list\n\n   <!-- commands: not run, it needs a moon -->\n   ```sh\n   three\n   ```\n"
    )
    assert [(block.commands, block.said) for block in blocks(page)] == [
        ("one\n", "run"),
        ("two\n", None),
        ("three\n", "not run, it needs a moon"),
    ]


def test_every_make_target_exists() -> None:
    rules = re.findall(r"^([a-z][a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    unknown = [
        f"{where}: make {target}"
        for where, text in everything_shown()
        for target in _MAKE.findall(text.partition("#")[0])
        if target not in rules
    ]
    assert not unknown


def test_every_module_that_is_run_exists() -> None:
    unknown = [
        f"{where}: {module}"
        for where, text in everything_shown()
        for module in _MODULE.findall(text)
        if module != "venv" and importlib.util.find_spec(module) is None
    ]
    assert not unknown


def test_every_flask_command_takes_these_arguments(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Some ask before they do anything, which they don't here.
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "y")
    commands = create_app(settings).cli
    wrong = []
    for where, text in everything_shown():
        for written in _FLASK.findall(text):
            try:
                _parse(commands, re.split(r"[#|<>)](?!\S)|…| && ", _filled_in(written))[0])
            except (click.ClickException, KeyError, ValueError) as error:
                wrong.append(f"{where}: flask {written}: {error!r}")
    assert not wrong


def _filled_in(written: str) -> str:
    """Placeholders in angle brackets as something that every parameter takes."""
    return re.sub(r"<[a-z ]+>", "admin", written)


def _parse(commands: click.Group, written: str) -> None:
    """Raises KeyError for an unknown command, ClickException for arguments that it doesn't take."""
    words = shlex.split(written)
    command: click.Command = commands
    if not words or words[0] in _BUILT_IN:
        return
    while isinstance(command, click.Group) and words:
        command = command.commands[words.pop(0)]
    # One that is only named shows no arguments.
    if words and not isinstance(command, click.Group):
        command.make_context(command.name, words).close()


@pytest.mark.parametrize("written", ["sending halt", "people role 1", "audit verify --loud"])
def test_a_wrong_flask_command_is_found(settings: Settings, written: str) -> None:
    with pytest.raises((click.ClickException, KeyError)):
        _parse(create_app(settings).cli, written)
