"""The control API (`/_control`): bots, and what people do. For tests and for the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.telegram import people
from sandbox.telegram.faults import Faults
from sandbox.telegram.world import Bot, Chat, Message, Person, World

Body = Mapping[str, Any]


class Control:
    """Handlers by method and path. A body names its bot by `bot_id` and a person by `person`; one
    who is new is made."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._routes: dict[tuple[str, str], Callable[[Body], Any]] = {
            ("GET", "bots"): self._bots,
            ("POST", "bots"): self._add_bot,
            ("POST", "people"): self._know,
            ("GET", "people"): self._people,
            ("POST", "groups"): self._make_group,
            ("POST", "migrate"): self._migrate,
            ("POST", "write"): self._write,
            ("POST", "press"): self._press,
            ("POST", "contact"): self._share_contact,
            ("POST", "block"): self._block,
            ("GET", "chats"): self._chats,
            ("GET", "messages"): self._messages,
            ("GET", "ledger"): self._ledger,
            ("GET", "press"): self._answer,
            ("GET", "faults"): lambda _: self._faults.describe(),
            ("POST", "faults"): lambda body: {"id": self._faults.add(body).id},
            ("DELETE", "faults"): self._clear_faults,
        }

    async def handle(self, http: web.Request) -> web.Response:
        route = self._routes.get((http.method, http.path.removeprefix("/_control/")))
        if route is None:
            return web.json_response({"error": "no such control"}, status=404)
        try:
            raw = await http.read()
            # A foreign page in the same browser can't send this type.
            if raw and http.content_type != "application/json":
                raise ValueError("the body must be application/json")
            body = {**http.query, **(json.loads(raw) if raw else {})}
            return web.json_response(route(body))
        except (KeyError, ValueError, TypeError) as error:
            return web.json_response({"error": str(error) or type(error).__name__}, status=400)

    # -- bots ---------------------------------------------------------------------------------

    def _bots(self, _: Body) -> Any:
        return [self._shown_bot(bot) for bot in self._world.bots.values()]

    def _add_bot(self, body: Body) -> Any:
        token, username = str(body["token"]), str(body.get("username", ""))
        return self._shown_bot(
            self._world.add_bot(token, username, limits=bool(body.get("limits")))
        )

    @staticmethod
    def _shown_bot(bot: Bot) -> dict[str, Any]:
        return {
            **bot.shown(),
            "commands": bot.commands,
            "menu_button": bot.menu_button,
            "webhook": bot.webhook.url if bot.webhook else None,
        }

    def _clear_faults(self, body: Body) -> Any:
        self._faults.clear(int(body["bot_id"]) if "bot_id" in body else None)
        return {}

    # -- people -------------------------------------------------------------------------------

    def _bot(self, body: Body) -> Bot:
        return self._world.bot(int(body["bot_id"]))

    def _person(self, body: Body) -> Person:
        return people.know(self._bot(body), int(body["person"]))

    def _know(self, body: Body) -> Any:
        names = {name: value for name, value in body.items() if name not in ("bot_id", "person")}
        return asdict(people.know(self._bot(body), int(body["person"]), **names))

    def _people(self, body: Body) -> Any:
        return [asdict(person) for person in self._bot(body).people.values()]

    def _make_group(self, body: Body) -> Any:
        number = int(body["id"]) if "id" in body else None
        made = people.make_group(
            self._bot(body), str(body.get("title", "Group")), body.get("topics", {}), number
        )
        return self._shown_chat(made)

    def _migrate(self, body: Body) -> Any:
        self._bot(body).chats[int(body["chat_id"])].migrated_to = int(body["to"])
        return {}

    def _write(self, body: Body) -> Any:
        chat = int(body["chat_id"]) if body.get("chat_id") else None
        thread = int(body["thread_id"]) if body.get("thread_id") else None
        said = people.write(self._bot(body), self._person(body), str(body["text"]), chat, thread)
        return {"message_id": said.message_id}

    def _press(self, body: Body) -> Any:
        person = self._person(body)
        made = people.press(
            self._bot(body),
            person,
            int(body.get("chat_id", person.id)),
            int(body["message_id"]),
            str(body["data"]),
            stale=bool(body.get("stale")),
        )
        return {"id": made.id}

    def _answer(self, body: Body) -> Any:
        return {"answer": self._bot(body).presses[str(body["id"])].answer}

    def _share_contact(self, body: Body) -> Any:
        of = int(body["of"]) if body.get("of") else None
        phone = str(body.get("phone_number", ""))
        said = people.share_contact(self._bot(body), self._person(body), of, phone)
        return {"message_id": said.message_id}

    def _block(self, body: Body) -> Any:
        people.block(self._bot(body), self._person(body), blocked=bool(body.get("blocked", True)))
        return {}

    # -- what there is ------------------------------------------------------------------------

    def _chats(self, body: Body) -> Any:
        return [self._shown_chat(chat) for chat in self._bot(body).chats.values()]

    def _messages(self, body: Body) -> Any:
        bot = self._bot(body)
        chat = bot.chats.get(int(body["chat_id"]))
        return [self._shown_message(one) for one in chat.messages.values()] if chat else []

    def _ledger(self, body: Body) -> Any:
        return self._bot(body).ledger[int(body.get("after", 0)) :]

    @staticmethod
    def _shown_chat(chat: Chat) -> dict[str, Any]:
        return {
            "id": chat.id,
            "kind": chat.kind,
            "title": chat.title,
            "topics": chat.topics,
            "pinned": chat.pinned,
            "blocked": chat.blocked,
            "keyboard": chat.keyboard,
        }

    @staticmethod
    def _shown_message(message: Message) -> dict[str, Any]:
        rows = (message.markup or {}).get("inline_keyboard", [])
        return {
            "message_id": message.message_id,
            "from_bot": bool(message.sender["is_bot"]),
            "from": message.sender,
            "text": message.text,
            "contact": message.contact,
            "thread_id": message.thread_id,
            "buttons": rows,
            "edited": message.edited_at is not None,
        }
