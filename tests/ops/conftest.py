"""The application on real servers, of which one scrape is taken."""

from __future__ import annotations

from tests.web import conftest as web

app, client, make_person = web.app, web.client, web.make_person
person, trader, work = web.person, web.trader, web.work
