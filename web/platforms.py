"""Which device a person signed in from, short enough to recognise it in a list. Pure."""

from __future__ import annotations

# The first that is found wins: each browser also names those that it descends from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST = 64


def platform(user_agent: str) -> str:
    """`Telegram iOS`, `Chrome · Windows`, `curl`; empty where the client says nothing."""
    if not user_agent.startswith("Mozilla/"):
        return user_agent.partition("/")[0].strip()[:_LONGEST]
    system = _first(_SYSTEMS, user_agent)
    browser = _first(_BROWSERS, user_agent)
    # A web view on a phone: only Telegram opens the app in one.
    if "Telegram" in user_agent or (system == "iOS" and not browser):
        return f"Telegram {system}".strip()
    return " · ".join(name for name in (browser, system) if name)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
