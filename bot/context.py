"""What a handler of the bot works with: one transaction, and a voice."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.logs import get_logger
from core.settings import Settings
from core.texts import LANGUAGES, negotiate
from core.texts import text as sentence
from models import bot_sends
from models.users import User, user_by_telegram_id
from telegram.bot_api import BotApi, BotApiError
from telegram.buttons import Button, Buttons, reply_markup
from telegram.updates import Person, Press
from trading.desk import Desk

log = get_logger(__name__)


@dataclass(slots=True)
class Context:
    """For one update. What is said is owed in the update's own transaction: it is sent once,
    however often the update is handled. `update` names the update, for keys of what is said."""

    session: Session
    desk: Desk
    bot_id: int
    api: BotApi
    update: str = field(default_factory=lambda: uuid.uuid4().hex)
    # What the handler's look brought (`bot.looking`).
    found: object = None
    answers: list[tuple[Press, str | None]] = field(default_factory=list)
    # The job that the handler accepted, to be rung for.
    accepted: uuid.UUID | None = None

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    def say(
        self,
        chat_id: int,
        text: str,
        buttons: Buttons | None = None,
        *,
        kind: str,
        key: str,
        user_id: uuid.UUID | None = None,
    ) -> uuid.UUID:
        """Owe a message (`models.bot_sends.owe`); its id."""
        return bot_sends.owe(
            self.session,
            bot_id=self.bot_id,
            chat_id=chat_id,
            text=text,
            buttons=reply_markup(buttons),
            kind=kind,
            key=key,
            user_id=user_id,
        )

    def edit(
        self, chat_id: int, message_id: int, text: str, buttons: Buttons | None = None
    ) -> uuid.UUID:
        """Owe a change of a message; without `buttons` it has none afterwards."""
        return bot_sends.owe_edit(
            self.session,
            bot_id=self.bot_id,
            chat_id=chat_id,
            message_id=message_id,
            text=text,
            buttons=reply_markup(buttons),
            kind="edit",
            key=f"edit:{self.update}:{message_id}",
        )

    def answer(self, press: Press, text: str | None = None) -> None:
        """Stop the button's spinner, with a short note. Told right after the transaction's commit,
        so that it is never said of what did not happen."""
        self.answers.append((press, text))

    def give_answers(self) -> None:
        """Tell them; one that fails is logged: the spinner stops by itself."""
        for press, text in self.answers:
            try:
                self.api.answer_callback_query(press.id, text)
            except BotApiError as error:
                log.warning("bot.press_unanswered", error=str(error))
        self.answers.clear()

    def open_app(self, language: str) -> Buttons | None:
        """The button that opens the Mini App; None where the deployment has no address."""
        url = self.settings.public_url
        return [[Button(sentence("bot.open.title", language), web_app=url)]] if url else None

    def user(self, person: Person) -> User | None:
        """Who that is here; None for one whom Ebb does not know yet."""
        return user_by_telegram_id(self.session, person.id)

    def language(self, person: Person) -> str:
        """What the person chose in the app, else what their Telegram speaks."""
        return language_for(self.user(person), person)


def language_for(user: User | None, person: Person) -> str:
    """The language to write to the person in, known to Ebb or not."""
    chosen = None if user is None else user.settings.get("language")
    return chosen if chosen in LANGUAGES else negotiate(person.language_code)
