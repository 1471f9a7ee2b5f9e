"""How soon the Mini App can be used: a phone four times slower than this machine, on "fast 3G"
(1.6 Mbit/s down, 150 ms there and back), nothing cached. The floor is the same bytes and the same
questions to the API, asked by an empty page that runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from bench.rows import Row, median
from bench.stack import Stack, stack_of
from core import clock
from devstack.chromium import ensure
from devstack.test_servers import Servers
from telegram.init_data import TelegramUser, sign

_LOADS = 5
_PERSON = 88001
_SLOWER = 4
_NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# When each part was first there, in milliseconds since the navigation began.
_WATCH = """
window.__seen = {};
const wanted = ["skeleton", "position-card", "percent-slider"];
new MutationObserver(() => {
  for (const name of wanted)
    if (!(name in window.__seen) && document.querySelector(`[data-testid="${name}"]`))
      window.__seen[name] = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
_FLOOR = """
async ([assets, data]) => {
  const began = performance.now();
  const read = async (path, how) => (await fetch(path, { cache: "no-store", ...how })).json();
  await (await fetch("/", { cache: "no-store" })).text();
  await Promise.all(assets.map(async (path) =>
    (await fetch(path, { cache: "no-store" })).arrayBuffer()));
  const code = performance.now() - began;
  const tokens = await read("/api/auth/telegram", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ init_data: data }),
  });
  const headers = { Authorization: `Bearer ${tokens.access_token}` };
  await read("/api/auth/me", { headers });
  await read("/api/positions?market_type=futures", { headers });
  return [code, performance.now() - began];
}
"""


def measure(servers: Servers) -> Sequence[Row]:
    """Medians of several loads, each in a browser context of its own."""
    with stack_of(servers, "web", "worker") as stack, sync_playwright() as playwright:
        requests.post(
            f"{stack.url}/api/auth/dev", json={"telegram_id": _PERSON}, timeout=30
        ).raise_for_status()
        browser = playwright.chromium.launch(executable_path=ensure(), args=_FLAGS)
        _load(browser, stack)
        seen = [_load(browser, stack) for _ in range(_LOADS)]
        floors = [_floor(browser, stack, assets) for _, assets in seen]
        browser.close()
    code, book = (median([floor[part] for floor in floors]) for part in (0, 1))
    return [
        Row(
            name="Mini App, first screen drawn (4x slower CPU, fast 3G)",
            peer_is="its bytes fetched, nothing run",
            peer=code,
            ours=median([marks["skeleton"] for marks, _ in seen]),
            unit="ms",
            why="wanted: within 1,500 ms",
        ),
        Row(
            name="Mini App, the book shown and the slider in hand",
            peer_is="its bytes, then sign-in, person and book",
            peer=book,
            ours=median(
                [max(marks["position-card"], marks["percent-slider"]) for marks, _ in seen]
            ),
            unit="ms",
            why="sign-in, person and book are three journeys of 150 ms each",
        ),
    ]


def _launch_data(stack: Stack) -> str:
    person = TelegramUser(id=_PERSON, first_name="Bench", language_code="ru")
    return sign(person, stack.environment["EBB_TELEGRAM_BOT_TOKEN"], now=clock.utcnow())


def _slow(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", _NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})


def _load(browser: Browser, stack: Stack) -> tuple[dict[str, float], list[str]]:
    """When each part was there (ms), and the script and style that came before the book."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="ru-RU")
    page = context.new_page()
    page.add_init_script(_WATCH)
    _slow(page)
    launch = urlencode({"tgWebAppData": _launch_data(stack), "tgWebAppVersion": "8.0"})
    page.goto(f"{stack.url}/#{launch}", wait_until="commit")
    for name in ("position-card", "percent-slider"):
        page.get_by_test_id(name).first.wait_for()
    marks: dict[str, float] = page.evaluate("window.__seen")
    assets: list[str] = page.evaluate(
        "performance.getEntriesByType('resource').map((entry) => entry.name)"
        ".filter((name) => name.includes('/assets/'))"
    )
    context.close()
    return marks, assets


def _floor(browser: Browser, stack: Stack, assets: list[str]) -> list[float]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{stack.url}/icon.svg")
    _slow(page)
    times: Any = page.evaluate(_FLOOR, [assets, _launch_data(stack)])
    context.close()
    return [float(time) for time in times]
