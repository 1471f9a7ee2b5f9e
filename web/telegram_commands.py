"""The `telegram` commands: `flask --app web.wsgi:app telegram webhook set`, `… telegram menu`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import AppGroup

from bot.dispatch import MENU
from core.settings import UpdatesBy
from core.texts import LANGUAGES, text
from telegram.bot_api import BotApi, BotApiError, bot_apis
from telegram.bots import bot_id
from telegram.updates import ALLOWED
from telegram.webhooks import webhook_path, webhook_secret
from web import wired

_MENU_LANGUAGE = "en"


def register(app: Flask) -> None:
    """The `telegram` group: what Telegram knows of our bots."""
    group = AppGroup("telegram", help="What Telegram knows of this deployment's bots.")
    group.add_command(_webhook())

    @group.command("menu")
    def menu() -> None:
        """Give every bot its list of commands and the button that opens the Mini App."""
        address = _public_url()
        for api in _bots():
            with _told(api):
                _set_menu(api, address)
                click.echo(f"Bot {api.bot_id}: commands and menu button are set.")

    app.cli.add_command(group)


def _webhook() -> AppGroup:
    """How what people write gets here."""
    group = AppGroup("webhook", help="Telegram's calls with what people write to the bots.")

    @group.command("set")
    def set_webhooks() -> None:
        """Have Telegram call EBB_PUBLIC_URL for every bot."""
        settings = wired.settings()
        if settings.updates_by is not UpdatesBy.WEBHOOK:
            raise click.ClickException("EBB_TELEGRAM_UPDATES is not webhook: nobody would listen.")
        address = _public_url()
        tokens = {bot_id(token): token for token in settings.bot_tokens}
        for api in _bots():
            secret = webhook_secret(settings.jwt_secrets[0], tokens[api.bot_id])
            with _told(api):
                url = address + webhook_path(api.bot_id)
                api.set_webhook(url, secret_token=secret, allowed=ALLOWED)
                click.echo(f"Bot {api.bot_id}: Telegram calls {url}.")

    @group.command("info")
    def info() -> None:
        """Tell where Telegram calls, what waits there and what went wrong last."""
        _each(_tell)

    @group.command("remove")
    def remove() -> None:
        """Have Telegram call nobody; what people write waits there for a day."""

        def take_out(api: BotApi) -> None:
            api.delete_webhook()
            click.echo(f"Bot {api.bot_id}: no webhook.")

        _each(take_out)

    return group


def _tell(api: BotApi) -> None:
    bot, info = api.get_me(), api.get_webhook_info()
    click.echo(f"Bot {bot.id} @{bot.username}: {info.url or 'no webhook'}")
    click.echo(f"  waiting: {info.pending_updates}")
    if info.last_error_at is not None:
        moment = datetime.fromtimestamp(info.last_error_at, UTC)
        click.echo(f"  last error: {moment:%Y-%m-%d %H:%M:%S} UTC {info.last_error}")


def _set_menu(api: BotApi, address: str) -> None:
    for language in (None, *LANGUAGES):
        spoken = language or _MENU_LANGUAGE
        commands = {name: text(f"bot.command.{name}.title", spoken) for name in MENU}
        api.set_my_commands(commands, language)
    api.set_chat_menu_button(text("bot.menu.title", _MENU_LANGUAGE), address)


def _each(act: Callable[[BotApi], None]) -> None:
    for api in _bots():
        with _told(api):
            act(api)


@contextmanager
def _told(api: BotApi) -> Iterator[None]:
    """What Telegram refuses ends the command with its words."""
    try:
        yield
    except BotApiError as error:
        raise click.ClickException(f"Bot {api.bot_id}: {error}") from None


def _bots() -> list[BotApi]:
    settings = wired.settings()
    return list(bot_apis(settings.bot_tokens, settings.telegram_api_url).values())


def _public_url() -> str:
    address = wired.settings().public_url
    if address is None:
        raise click.ClickException("Set EBB_PUBLIC_URL first: the https:// address of this app.")
    return address
