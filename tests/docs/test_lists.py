"""What the pages list is what there is."""

from __future__ import annotations

import re
import tomllib

from bench.__main__ import MEASURES
from devstack.paths import ROOT


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def test_the_house_that_is_drawn_is_the_one_that_import_linter_holds() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (house,) = [
        contract
        for contract in told["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    (drawn,) = re.findall(r"```\n(web \| worker\n.*?)```", page("architecture.md"), re.DOTALL)
    assert drawn.splitlines() == house["layers"]


def test_every_package_has_a_line() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = told["tool"]["importlinter"]["root_packages"]
    assert [name for name in packages if f"`{name}/`" not in page("architecture.md")] == []


def test_every_measure_is_named() -> None:
    assert [name for name in MEASURES if f"`{name}`" not in page("performance.md")] == []


def test_every_screen_is_named() -> None:
    app = (ROOT / "webapp" / "src" / "app" / "App.tsx").read_text()
    paths = [path.split(":")[0] for path in re.findall(r'<Route path="([^"]+)"', app)]
    assert paths
    shown = page("miniapp.md")
    assert [path for path in paths if not re.search(rf"`{path}(<job id>|<id>)?`", shown)] == []
