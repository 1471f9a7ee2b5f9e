"""The Mini App's files: the page everywhere, its assets for ever, nothing beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import problem


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build with a page, an icon and an asset, and a file beside it that is nobody's business."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<p>the page")
    (dist / "admin.html").write_text("<p>the dashboard")
    (dist / "icon.svg").write_text("<svg/>")
    (dist / "assets" / "index-1a2b.js").write_text("1")
    (tmp_path / "beside.txt").write_text("a neighbour")
    monkeypatch.setattr("web.pages.DIST", dist)
    return dist


@pytest.mark.parametrize("path", ["/", "/jobs/7", "/%00", "/" + "long" * 100, "/index.html"])
def test_every_address_of_the_app_is_the_page_and_is_asked_for_anew(
    client: FlaskClient, built: Path, path: str
) -> None:
    with client.get(path) as answer:
        assert (answer.status_code, answer.get_data()) == (200, b"<p>the page")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/admin", "/admin/workers", "/admin/"])
def test_below_admin_stands_the_dashboard(client: FlaskClient, built: Path, path: str) -> None:
    with client.get(path) as answer:
        assert (answer.status_code, answer.get_data()) == (200, b"<p>the dashboard")
        assert answer.headers["Cache-Control"] == "no-cache"
    with client.get("/administrator") as answer:
        assert answer.get_data() == b"<p>the page"


def test_assets_are_kept_for_ever_and_other_files_served(client: FlaskClient, built: Path) -> None:
    with client.get("/assets/index-1a2b.js") as asset:
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert asset.mimetype == "text/javascript"
    with client.get("/icon.svg") as icon:
        assert icon.mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_an_asset_comes_in_the_best_encoding_that_the_browser_takes(
    client: FlaskClient, built: Path, accepted: str, sent: str | None
) -> None:
    for ending, body in ((".br", b"brotli"), (".gz", b"gzip")):
        (built / "assets" / f"index-1a2b.js{ending}").write_bytes(body)
    with client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": accepted}) as answer:
        assert answer.headers.get("Content-Encoding") == sent
        assert answer.get_data() == {"br": b"brotli", "gzip": b"gzip", None: b"1"}[sent]
        assert answer.mimetype == "text/javascript"
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/assets/%00",
        "/assets/" + "long" * 100,
        "/assets/..%2f..%2fbeside.txt",
        "/..%2fbeside.txt",
        "/%2e%2e/beside.txt",
    ],
)
def test_nothing_but_the_build_is_served(client: FlaskClient, built: Path, path: str) -> None:
    answer = client.get(path)
    problem(answer, 404, "not_found")
    assert b"a neighbour" not in answer.get_data()


def test_without_a_build_the_way_to_one_is_told(client: FlaskClient, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.pages.DIST", tmp_path / "none")
        answer = client.get("/")
    assert answer.status_code == 503
    assert "make up" in answer.get_data(as_text=True)
