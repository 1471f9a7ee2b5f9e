"""What tests of deployments need besides is installed only where no server starts with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack import debian, proxies


def test_on_a_machine_of_somebody_s_nothing_is_installed_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(proxies, "find", lambda program: None)
    monkeypatch.setattr(proxies, "_POLICY", tmp_path / "none")
    monkeypatch.setattr(debian, "may_install", lambda: True)
    monkeypatch.setattr(debian, "install", lambda *packages: installed.extend(packages))
    assert "without nginx, pgbouncer tests of tests/deploy are skipped" in proxies.ensure()
    assert installed == []
    (tmp_path / "none").touch()
    assert "skipped" in proxies.ensure()
    assert installed == ["nginx-light", "pgbouncer"]
