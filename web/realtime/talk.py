"""What clients say, and what they are answered."""

from __future__ import annotations

from core.logs import get_logger
from core.problems import Problem
from core.texts import text
from web.realtime.client import Client
from web.realtime.loop import AWAY, Loop
from web.realtime.messages import (
    Ack,
    BadMessage,
    Broadcast,
    Pin,
    Ping,
    Resume,
    Watch,
    encoded,
    parse,
)
from web.realtime.news import News
from web.realtime.records import Records
from web.realtime.watching import Watching

log = get_logger(__name__)
_PONG = encoded({"type": "pong"})


class Talk:
    """All in the loop's thread."""

    def __init__(self, loop: Loop, records: Records, news: News, watching: Watching) -> None:
        self._loop = loop
        self._records = records
        self._news = news
        self._watching = watching

    def answer(self, client: Client, raw: bytes) -> None:
        """Do what the message asks for; a bad one is answered by an `error`."""
        try:
            message = parse(raw)
        except BadMessage as bad:
            _refuse(client, bad.code)
            return
        match message:
            case Ping():
                client.send(_PONG)
            case Ack(id=upto):
                self._news.acked(client, upto)
            case Resume(after=after, epoch=epoch):
                self._loop.spawn(self._news.resume(client, after, epoch))
            case Watch(on=False):
                client.watches = False
            case Broadcast() | Pin() | Watch():
                self._begin(client, message)

    def _begin(self, client: Client, wish: Broadcast | Pin | Watch) -> None:
        if client.busy:
            _refuse(client, "busy")
            return
        client.busy = True
        self._loop.spawn(self._carry_out(client, wish))

    async def _carry_out(self, client: Client, wish: Broadcast | Pin | Watch) -> None:
        try:
            if isinstance(wish, Watch):
                await self._watching.begin(client)
                return
            await self._loop.ask(self._records.carry_out, client.visitor.user_id, wish)
        except Problem as problem:
            _refuse(client, problem.code, problem)
        except AWAY as error:
            log.warning("realtime.away", error=type(error).__name__)
            _refuse(client, "service_unavailable")
        finally:
            client.busy = False


def _refuse(client: Client, code: str, problem: Problem | None = None) -> None:
    """In the person's language. What only sockets say has words of its own, everything else the
    problem's title."""
    spoken = client.visitor.language
    own = f"realtime.{code}.title"
    sentence = text(own, spoken)
    if sentence == own:
        values = problem.values if problem else {}
        sentence = text(f"problem.{code}.title", spoken, values)
    client.send(encoded({"type": "error", "message": sentence, "code": code}))
