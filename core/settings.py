"""Settings: typed, from the environment alone, checked at start.

A missing or weak one stops the process with its name (`SettingsError`), never with its value.
`.env.example` lists them all; a test holds the two together.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.addresses import (
    MailServerAddress,
    amqp_address,
    database_address,
    database_passwords,
    redis_address,
    server_passwords,
    split_address,
)
from core.secrets_filter import remember

_MIN_SECRET = 32
_BOT_API = "https://api.telegram.org"
_MIN_DISTINCT = 10
_LOCAL = re.compile(r"http://(localhost|127\.0\.0\.1)(:\d+)?(/|$)")
# Heroku's and OpenTelemetry's own variable names, which carry no prefix of ours.
_PLAIN_NAMES = (
    "DATABASE_URL",
    "REDIS_URL",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
)
_SENTRY = re.compile(r"https?://[^\s:/@]+(:[^\s/@]*)?@[^\s/@]+(/[^\s/]+)*/\d+")
_SPANS_PATH = "/v1/traces"
_MIN_KEY = 16
# Mail that does not leave the machine may be handed in unencrypted.
_OUR_HOST = ("localhost", "127.0.0.1", "::1")


BotId = Annotated[int, Field(gt=0, lt=2**52)]
ChatId = Annotated[int, Field(gt=-(2**52), lt=0)]
TopicId = Annotated[int, Field(gt=0, lt=2**31)]


class SettingsError(SystemExit):
    """The environment is unusable; the message names each variable and what it needs."""


class Environment(StrEnum):
    """Where this deployment trades: real exchanges, or the sandbox with its development sign-in."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"


class UpdatesBy(StrEnum):
    """How what people write to the bot reaches us: Telegram calls our webhook, a worker asks for
    it, or not at all."""

    WEBHOOK = "webhook"
    POLLING = "polling"
    OFF = "off"


class Settings(BaseSettings):
    """All settings of web and worker. Names are the fields in capitals with `EBB_` in front,
    except those of others (`_PLAIN_NAMES`)."""

    model_config = SettingsConfigDict(env_prefix="EBB_", extra="ignore", frozen=True)

    environment: Environment = Environment.PRODUCTION
    database_url: SecretStr = Field(validation_alias="DATABASE_URL")
    # The same database past a transaction pooler: for what is held for longer than a transaction.
    database_direct_url: SecretStr | None = None
    redis_url: SecretStr = Field(validation_alias="REDIS_URL")
    redis_tls_verify: bool = True
    # RabbitMQ for the queue; without it the queue is in Redis, which is needed either way.
    broker_url: SecretStr | None = None
    master_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(min_length=1)
    jwt_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(min_length=1)
    # One, or several with commas; the first is the main one.
    telegram_bot_token: SecretStr
    telegram_third_party_bots: Annotated[tuple[BotId, ...], NoDecode] = ()
    telegram_test_environment: bool = False
    telegram_api_url: str = _BOT_API
    # Polling in the sandbox, else the webhook.
    telegram_updates: UpdatesBy | None = None
    # Where the main bot broadcasts; a supergroup's id begins with -100.
    telegram_chat_id: ChatId | None = None
    telegram_live_topic_id: TopicId | None = None
    # Where people find this deployment: the bot's buttons, links in mails, Telegram's webhook.
    public_url: str | None = None

    smtp_url: SecretStr | None = None
    mail_from: str | None = None

    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_human: bool = False

    # Who may read /metrics; without it, this machine alone. The port is a worker's own.
    metrics_token: SecretStr | None = None
    metrics_port: int | None = Field(None, ge=1, le=65_535)

    # Where spans go (OTLP over HTTP), by our name or by OpenTelemetry's; and what it is told with
    # them, which the SDK reads by itself. Where errors go.
    traces_url: str | None = None
    otel_exporter_otlp_endpoint: str | None = Field(
        None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT"
    )
    otel_exporter_otlp_headers: SecretStr | None = Field(
        None, validation_alias="OTEL_EXPORTER_OTLP_HEADERS"
    )
    sentry_dsn: SecretStr | None = None

    access_token_seconds: int = Field(1800, ge=60, le=86_400)
    refresh_token_seconds: int = Field(604_800, ge=3600, le=7_776_000)
    refresh_grace_seconds: int = Field(45, ge=30, le=60)
    init_data_max_age_seconds: int = Field(3600, ge=60, le=86_400)
    init_data_max_sign_ins: int = Field(5, ge=1, le=1000)
    max_body_bytes: int = Field(65_536, ge=1024, le=10_485_760)
    rate_limit_default: str = "240 per minute"
    rate_limit_auth: str = "30 per minute"
    rate_limit_orders: str = "60 per minute"
    trusted_proxies: int = Field(0, ge=0, le=5)

    sandbox_url: str | None = None
    exchange_timeout_seconds: float = Field(5.0, gt=0, le=30)
    recv_window_ms: int = Field(2500, ge=200, le=10_000)
    batch_size_derivatives: int = Field(10, ge=1, le=20)
    batch_size_spot: int = Field(10, ge=1, le=10)
    slippage_tolerance_percent: str = Field("1", pattern=r"^(\d{1,2})(\.\d{1,2})?$")
    instruments_ttl_seconds: int = Field(600, ge=10, le=86_400)
    # The exchange bans an address at 600 calls in 5 s. Processes whose calls leave by the same
    # address share one budget under one name.
    exit_address: str = Field("default", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    address_budget: int = Field(550, ge=20, le=600)

    database_pool_size: int = Field(10, ge=2, le=100)

    # The dashboard takes a socket that brings nothing for 8 s for stuck.
    status_seconds: float = Field(1.0, ge=0.2, le=5)
    sockets_max: int = Field(5000, ge=1, le=100_000)
    sockets_per_user: int = Field(5, ge=1, le=1000)
    sockets_per_address: int = Field(50, ge=1, le=100_000)
    events_days: int = Field(7, ge=1, le=365)

    lease_seconds: float = Field(3.0, ge=0.5, le=120)
    settle_seconds: float = Field(2.0, ge=0.05, le=60)
    max_attempts_per_leg: int = Field(200, ge=1, le=10_000)
    relay_seconds: float = Field(1.0, ge=0.1, le=60)
    ring_again_seconds: float = Field(2.0, ge=0.2, le=60)
    retention_days: int = Field(30, ge=1, le=3650)
    community_days: int = Field(365, ge=30, le=3650)
    exposure_seconds: int = Field(900, ge=0, le=86_400)
    key_check_seconds: int = Field(86_400, ge=0, le=2_592_000)
    use_streams: bool = False
    # Touched by a worker while it looks after the queue: for the platform's probe.
    worker_beat_file: Path | None = None

    @field_validator("master_secrets", "jwt_secret", "telegram_third_party_bots", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("master_secrets", "jwt_secret")
    @classmethod
    def _all_strong(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in value:
            _must_be_strong(secret)
        return value

    @field_validator("metrics_token")
    @classmethod
    def _strong_if_any(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _must_be_strong(value)
        return value

    @field_validator("telegram_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        for token in _tokens(value):
            bot_id, colon, secret = token.partition(":")
            known = bot_id.isascii() and bot_id.isdecimal()
            if not (known and colon and len(secret) >= _MIN_SECRET):
                raise ValueError("must look like 123456:letters, as BotFather gave it")
        return value

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr) -> SecretStr:
        return SecretStr(database_address(value.get_secret_value()))

    @field_validator("database_direct_url", mode="before")
    @classmethod
    def _postgres_directly(cls, value: object) -> object:
        return database_address(str(value)) if value else None

    @field_validator("worker_beat_file", mode="before")
    @classmethod
    def _beat_file(cls, value: object) -> object:
        return value or None

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must be a redis://, rediss:// or unix:// address")
        split_address(value.get_secret_value())
        return value

    @field_validator("broker_url", mode="before")
    @classmethod
    def _broker(cls, value: object) -> object:
        if value in (None, ""):
            return None
        if not isinstance(value, str) or not value.startswith(("amqp://", "amqps://")):
            raise ValueError("must be an amqp:// or amqps:// address")
        split_address(value)
        return value

    @field_validator("sandbox_url", mode="before")
    @classmethod
    def _sandbox_address(cls, value: object) -> object:
        if value in (None, ""):
            return None
        if not isinstance(value, str) or not value.startswith(("http://", "https://")):
            raise ValueError("must be an http:// address")
        return value.rstrip("/")

    @field_validator("smtp_url", mode="before")
    @classmethod
    def _mail_server(cls, value: object) -> object:
        if value in (None, ""):
            return None
        MailServerAddress.parse(str(value))
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        if not value:
            return None
        _, address = parseaddr(value)
        if "@" not in address or not value.isprintable():
            raise ValueError("must be an address, or a name with one: Ebb <ebb@example.com>")
        return value

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        """A mail needs a sender and an address to point to, and travels encrypted."""
        if self.smtp_url is None:
            return self
        if not self.mail_from or not self.public_url:
            raise ValueError(
                "EBB_MAIL_FROM and EBB_PUBLIC_URL are needed where EBB_SMTP_URL is set"
            )
        server = MailServerAddress.parse(self.smtp_url.get_secret_value())
        if server.tls == "none" and not self.is_sandbox and server.host not in _OUR_HOST:
            raise ValueError("EBB_SMTP_URL must be an smtps:// or smtp+starttls:// address")
        return self

    @field_validator("telegram_api_url", mode="before")
    @classmethod
    def _bot_api_address(cls, value: object) -> object:
        if value in (None, ""):
            return _BOT_API
        if not isinstance(value, str) or not value.startswith(("http://", "https://")):
            raise ValueError("must be an https:// address")
        return value.rstrip("/")

    @field_validator(
        "telegram_updates",
        "telegram_chat_id",
        "telegram_live_topic_id",
        "metrics_token",
        "metrics_port",
        "sentry_dsn",
        mode="before",
    )
    @classmethod
    def _by_itself(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("traces_url", "otel_exporter_otlp_endpoint", mode="before")
    @classmethod
    def _collector_address(cls, value: object) -> object:
        """What is told to a collector is told to `/v1/traces` below its address."""
        if value in (None, ""):
            return None
        if not isinstance(value, str) or not value.startswith(("http://", "https://")):
            raise ValueError("must be an http:// or https:// address (OTLP over HTTP)")
        return value.rstrip("/").removesuffix(_SPANS_PATH)

    @field_validator("sentry_dsn")
    @classmethod
    def _project(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SENTRY.fullmatch(value.get_secret_value()):
            raise ValueError("must be a DSN as Sentry gives it: https://key@host/project")
        return value

    @field_validator("public_url", mode="before")
    @classmethod
    def _public_address(cls, value: object) -> object:
        """Telegram opens https alone; a stand-in on this machine opens http too."""
        if value in (None, ""):
            return None
        known = isinstance(value, str) and (
            value.startswith("https://") or _LOCAL.match(value) is not None
        )
        if not known:
            raise ValueError("must be an https:// address")
        return str(value).rstrip("/")

    @model_validator(mode="after")
    def _requests_die_with_their_lease(self) -> Self:
        """What a worker signed under its lease must be dead when the next lease may begin."""
        if self.recv_window_ms >= self.lease_seconds * 1000:
            raise ValueError("EBB_RECV_WINDOW_MS must be shorter than EBB_LEASE_SECONDS")
        return self

    @model_validator(mode="after")
    def _sandbox_needs_address(self) -> Self:
        if self.environment is Environment.SANDBOX and not self.sandbox_url:
            raise ValueError("EBB_SANDBOX_URL is needed where EBB_ENVIRONMENT is sandbox")
        return self

    @property
    def masters(self) -> tuple[str, ...]:
        """The master secrets, newest first."""
        return tuple(secret.get_secret_value() for secret in self.master_secrets)

    @property
    def jwt_secrets(self) -> tuple[str, ...]:
        """What signs tokens and addresses of exports, newest first: that one signs, all verify."""
        return tuple(secret.get_secret_value() for secret in self.jwt_secret)

    @property
    def bot_tokens(self) -> tuple[str, ...]:
        """The tokens of the bots that open the Mini App; the first is the main bot's."""
        return _tokens(self.telegram_bot_token)

    @property
    def mail_server(self) -> MailServerAddress | None:
        """Where mail is handed in; None where this deployment sends none."""
        if self.smtp_url is None:
            return None
        return MailServerAddress.parse(self.smtp_url.get_secret_value())

    @property
    def mail_passwords(self) -> tuple[str, ...]:
        """The mail server's password, where it wants one."""
        server = self.mail_server
        return (server.password,) if server and server.password else ()

    @property
    def metrics_tokens(self) -> tuple[str, ...]:
        """What /metrics asks for, where it asks for something."""
        return (self.metrics_token.get_secret_value(),) if self.metrics_token else ()

    @property
    def collector_url(self) -> str | None:
        """Where spans are sent; None where nothing is traced."""
        return self.traces_url or self.otel_exporter_otlp_endpoint

    @property
    def collector_secrets(self) -> tuple[str, ...]:
        """What lets us in at the collector; headers are `name=value` with commas, as in a URL."""
        told = self.otel_exporter_otlp_headers
        pairs = told.get_secret_value().split(",") if told else ()
        # A scheme like `Bearer` in front, a tenant's name or the like is no secret.
        words = (unquote(pair.partition("=")[2]).rpartition(" ")[2].strip() for pair in pairs)
        return tuple(word for word in words if len(word) >= _MIN_KEY)

    @property
    def sentry_keys(self) -> tuple[str, ...]:
        """What lets us in at Sentry."""
        address = urlsplit(self.sentry_dsn.get_secret_value()) if self.sentry_dsn else None
        keys = (address.username, address.password) if address else ()
        return tuple(key for key in keys if key)

    @property
    def updates_by(self) -> UpdatesBy:
        """How this deployment gets its bots' updates."""
        return self.telegram_updates or (
            UpdatesBy.POLLING if self.is_sandbox else UpdatesBy.WEBHOOK
        )

    @property
    def session_database(self) -> str:
        """Where a connection stays one session: for LISTEN, locks, migrations, dumps."""
        return (self.database_direct_url or self.database_url).get_secret_value()

    @property
    def is_behind_pooler(self) -> bool:
        """Whether DATABASE_URL leads through something that gives each transaction any session."""
        return self.database_direct_url is not None

    @property
    def redis_address(self) -> str:
        """Where Redis is, in the form its client understands."""
        return redis_address(self.redis_url.get_secret_value(), verify=self.redis_tls_verify)

    @property
    def amqp_address(self) -> str | None:
        """Where RabbitMQ is, with waits as short as for Redis; None where the queue is in Redis."""
        return None if self.broker_url is None else amqp_address(self.broker_url.get_secret_value())

    @property
    def server_passwords(self) -> tuple[str, ...]:
        """Those of PostgreSQL, Redis and RabbitMQ, where they want one."""
        databases = (self.database_url, self.database_direct_url)
        others = (self.redis_url, self.broker_url)
        return tuple(
            password
            for urls, within in ((databases, database_passwords), (others, server_passwords))
            for url in urls
            if url is not None
            for password in within(url.get_secret_value())
        )

    @property
    def is_sandbox(self) -> bool:
        """Whether this is a sandbox: only there a development sign-in and sandbox accounts."""
        return self.environment is Environment.SANDBOX


def _tokens(value: SecretStr) -> tuple[str, ...]:
    return tuple(token.strip() for token in value.get_secret_value().split(","))


def _must_be_strong(secret: SecretStr) -> None:
    text = secret.get_secret_value()
    if len(text) < _MIN_SECRET or len(set(text)) < _MIN_DISTINCT:
        raise ValueError(
            f"is weak: at least {_MIN_SECRET} random characters are needed"
            " (python -c 'import secrets; print(secrets.token_urlsafe(48))')"
        )


def variable_name(field: str) -> str:
    """The environment variable that sets a field."""
    plain = field.upper()
    return plain if plain in _PLAIN_NAMES else f"EBB_{plain}"


def load_settings() -> Settings:
    """Read the environment; raise SettingsError naming every bad variable at once. No log of this
    process shows its secrets from then on."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    remember(
        *settings.masters,
        *settings.jwt_secrets,
        *settings.bot_tokens,
        *settings.mail_passwords,
        *settings.server_passwords,
        *settings.metrics_tokens,
        *settings.collector_secrets,
        *settings.sentry_keys,
    )
    return settings


def _explain(error: ValidationError) -> str:
    lines = ["Ebb can't start; set these in the environment (see .env.example):"]
    for fault in error.errors(include_input=False, include_url=False):
        field = str(fault["loc"][0]) if fault["loc"] else ""
        message = fault["msg"].removeprefix("Value error, ")
        name = variable_name(field) if field else ""
        missing = fault["type"] == "missing"
        lines.append(f"  {name}: {'is missing' if missing else message}".replace("  : ", "  "))
    return "\n".join(lines)
