"""No command of the docs goes unlooked at: it is run by a test, or it is said why it can't be."""

from __future__ import annotations

import importlib.util
import re
import shlex
from itertools import takewhile
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
_PYTEST = re.compile(r"\bpytest (tests/\S+\.py)(?: -k (\w+))?")
_WORD = re.compile(r"[a-z][a-z-]*")
_ENOUGH = 15
HERE = Path(__file__).parent


def shown() -> list[Block]:
    return [block for page in pages() for block in blocks(page)]


def everything_shown() -> list[tuple[str, str]]:
    """Each line of a shell's commands and each piece of inline code, and where it stands."""
    lines = [(str(block), line) for block in shown() if not block.is_sql for line in block.lines()]
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


def test_the_tests_that_marks_name_run_these_commands() -> None:
    unrun = [
        f"{block}: {line}"
        for block in shown()
        if block.test
        for line in not_run(block, _read(block.test))
    ]
    assert not unrun


def _read(test: str) -> str:
    return (ROOT / test).read_text() if (ROOT / test).is_file() else ""


def not_run(block: Block, test: str) -> list[str]:
    """Commands of the block that this source of a test neither takes from the page nor names."""
    if "run_by(__file__)" in test:
        return []
    return [line for line in block.lines() if _words(line) not in _words(test)]


def _words(text: str) -> str:
    """Without quotes and commas, so that a list of arguments reads like the line in a shell."""
    return " " + " ".join(re.findall(r"[\w./-]+", text)) + " "


def test_a_test_that_does_not_run_its_block_is_found(tmp_path: Path) -> None:
    block = Block(tmp_path, 1, "sh", "make up  # it stays\nmake storm\n", "run by tests/x.py")
    assert not_run(block, 'Popen(["make", "up", f"PORT={port}"])') == ["make storm"]
    assert not_run(block, "for block in run_by(__file__): run(block)") == []
    assert not_run(block, "") == ["make up", "make storm"]


def test_a_mark_belongs_to_the_block_right_after_it_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- commands: run -->\n```sh\none\n```\n\n```sh\ntwo\n```\n\n"
        "1. A list\n\n   <!-- commands: not run, it needs a moon -->\n   ```sql\n   three\n   ```\n"
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


def test_every_test_that_is_named_exists() -> None:
    named = [
        (where, path, word)
        for where, text in everything_shown()
        for path, word in _PYTEST.findall(text)
    ]
    assert named
    assert [
        one
        for one in named
        if not re.search(rf"^def test_\w*{one[2]}", _read(one[1]), re.MULTILINE)
    ] == []


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


def test_every_flask_command_is_run_somewhere() -> None:
    """Those of sentences too: by a block that is run, or by a test that names its words."""
    run = "\n".join(
        [block.commands for block in shown() if block.is_run_here or block.test]
        # What stands here about commands runs none.
        + [path.read_text() for path in (ROOT / "tests").rglob("*.py") if path.parent != HERE]
    )
    named = [
        (where, _named(written))
        for where, text in everything_shown()
        for written in _FLASK.findall(text)
    ]
    unrun = [
        f"{where}: flask {command}"
        for where, command in named
        if command not in ("", *_BUILT_IN) and _words(command) not in _words(run)
    ]
    assert not unrun


def _named(written: str) -> str:
    """The command without its arguments: "backup dump" of "backup dump ebb.dump"."""
    return " ".join(takewhile(_WORD.fullmatch, written.split()))


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
