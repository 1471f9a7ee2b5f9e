"""The page that shows the mails, and the control API (`/_control`)."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import orjson
from aiohttp import web

from sandbox.mail.mailbox import Fault, Mailbox

_LINK = re.compile(r"https?://\S*[^\s.,:;]")
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="3">
<title>Sandbox mail</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem }}
body {{ margin: 2rem auto; padding: 0 1rem }}
article {{ border-top: 1px solid #8886; padding: 1rem 0 }}
h2 {{ font-size: 1.1rem; margin: 0 }} small {{ opacity: .7 }}
p {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 0 }}
</style></head><body><h1>Sandbox mail</h1>{mails}</body></html>"""
_NONE = "<p>No mail yet. Whatever Ebb sends shows here and goes nowhere else.</p>"


def make_app(mailbox: Mailbox) -> web.Application:
    """The aiohttp application."""

    async def page(_: web.Request) -> web.Response:
        mails = "".join(_article(mail) for mail in mailbox.to(None))
        return web.Response(text=_PAGE.format(mails=mails or _NONE), content_type="text/html")

    async def mails(request: web.Request) -> web.Response:
        return _json({"items": mailbox.to(request.query.get("to"))})

    async def forget(_: web.Request) -> web.Response:
        mailbox.mails.clear()
        mailbox.faults.clear()
        return _json({})

    async def fault(request: web.Request) -> web.Response:
        try:
            mailbox.faults.append(Fault(**orjson.loads(await request.read())))
        except (orjson.JSONDecodeError, TypeError) as error:
            return web.Response(status=400, text=str(error))
        return _json({})

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/_control/mails", mails)
    app.router.add_delete("/_control/mails", forget)
    app.router.add_post("/_control/faults", fault)
    return app


def _article(mail: dict[str, Any]) -> str:
    text = "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if _LINK.fullmatch(part) else escape(part)
        for part in re.split(rf"({_LINK.pattern})", mail["text"])
    )
    about = escape(f"{', '.join(mail['to'])} · {mail['at']}")
    subject = escape(mail["subject"])
    return f"<article><h2>{subject}</h2><small>{about}</small><p>{text}</p></article>"


def _json(body: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(body), content_type="application/json")
