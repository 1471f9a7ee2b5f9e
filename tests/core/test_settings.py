"""A missing or weak setting stops the start with its name, never with its value."""

from __future__ import annotations

import secrets
import string

import pytest

from core.addresses import amqp_address, redis_address
from core.secrets_filter import scrub_text
from core.settings import (
    Environment,
    Settings,
    SettingsError,
    UpdatesBy,
    load_settings,
    variable_name,
)
from models.sessions import connect_args

GOOD = {
    "DATABASE_URL": "postgres://u:p@localhost/ebb",
    "REDIS_URL": "rediss://:p@localhost:6379",
    "EBB_MASTER_SECRETS": f"{secrets.token_urlsafe(48)}, {secrets.token_urlsafe(48)}",
    "EBB_JWT_SECRET": f"{secrets.token_urlsafe(48)}, {secrets.token_urlsafe(48)}",
    "EBB_TELEGRAM_BOT_TOKEN": f"123456:{secrets.token_urlsafe(30)}",
}


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_good_environment_is_read(surroundings: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.environment is Environment.PRODUCTION
    assert settings.database_url.get_secret_value().startswith("postgresql+psycopg2://u:p@")
    assert len(settings.masters) == len(settings.jwt_secrets) == 2


def test_a_session_of_its_own_goes_past_a_pooler(surroundings: pytest.MonkeyPatch) -> None:
    assert load_settings().session_database == load_settings().database_url.get_secret_value()
    assert not load_settings().is_behind_pooler
    surroundings.setenv("EBB_DATABASE_DIRECT_URL", "postgres://u:p@server/ebb")
    settings = load_settings()
    assert settings.session_database == "postgresql+psycopg2://u:p@server/ebb"
    # A pooler refuses what a session is to be set to at its start.
    assert settings.is_behind_pooler
    assert "options" in connect_args()
    assert "options" not in connect_args(3, behind_pooler=True)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(surroundings: pytest.MonkeyPatch, name: str) -> None:
    surroundings.delenv(name)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert f"{name}: is missing" in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EBB_MASTER_SECRETS", "short-secret"),
        ("EBB_MASTER_SECRETS", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("EBB_MASTER_SECRETS", " , "),
        ("EBB_JWT_SECRET", "changeme"),
        ("EBB_JWT_SECRET", f"{string.ascii_letters},changeme"),
        ("EBB_TELEGRAM_BOT_TOKEN", "not-a-token-of-botfather"),
        ("EBB_TELEGRAM_BOT_TOKEN", f"123456:{'a1b2c3d4' * 4},123:short"),
        ("EBB_TELEGRAM_BOT_TOKEN", f"123456:{'a1b2c3d4' * 4},"),
        ("EBB_TELEGRAM_THIRD_PARTY_BOTS", "123456,a-name-of-a-bot"),
        ("DATABASE_URL", "sqlite:///ebb.db"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://localhost:port-of-redis"),
        ("EBB_LEASE_SECONDS", "0"),
        ("EBB_LOG_LEVEL", "LOUD"),
        ("EBB_SANDBOX_URL", "ftp://nowhere"),
        ("EBB_TELEGRAM_API_URL", "ftp://nowhere"),
        ("EBB_TELEGRAM_UPDATES", "pigeons"),
        ("EBB_TELEGRAM_CHAT_ID", "@our_channel"),
        ("EBB_TELEGRAM_LIVE_TOPIC_ID", "live"),
        ("EBB_PUBLIC_URL", "http://ebb.example"),
        ("EBB_PUBLIC_URL", "http://localhost.ebb.example"),
        ("EBB_BATCH_SIZE_SPOT", "twelve"),
        ("EBB_TRACES_URL", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("EBB_SENTRY_DSN", "https://sentry.example/without-a-key"),
        ("EBB_SMTP_URL", "https://mail.example"),
        ("EBB_SMTP_URL", "smtps://user:some/word@mail.example"),
        ("EBB_MAIL_FROM", "nobody"),
        ("EBB_MAIL_FROM", "a@b.example\nBcc: c@d.example"),
    ],
)
def test_what_is_weak_or_wrong_is_named_without_its_value(
    surroundings: pytest.MonkeyPatch, name: str, value: str
) -> None:
    surroundings.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert f"{name}: " in str(error.value)
    if len(value.strip(" ,")) > 3:
        assert value not in str(error.value)


def test_a_sandbox_needs_its_address(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("EBB_ENVIRONMENT", "sandbox")
    with pytest.raises(SettingsError, match="EBB_SANDBOX_URL"):
        load_settings()
    surroundings.setenv("EBB_SANDBOX_URL", "http://127.0.0.1:8100/")
    assert load_settings().sandbox_url == "http://127.0.0.1:8100"


@pytest.mark.parametrize(
    ("url", "verify", "address"),
    [
        ("redis://h:1/0", False, "redis://h:1/0"),
        ("rediss://h:1", True, "rediss://h:1"),
        ("rediss://h:1", False, "rediss://h:1?ssl_cert_reqs=none"),
        ("rediss://h:1?db=1", False, "rediss://h:1?db=1&ssl_cert_reqs=none"),
        ("rediss://h:1?ssl_cert_reqs=required", False, "rediss://h:1?ssl_cert_reqs=required"),
    ],
)
def test_a_self_signed_redis_is_believed_only_when_told(
    url: str, verify: bool, address: str
) -> None:
    assert redis_address(url, verify=verify) == address


def test_settings_show_no_secret(surroundings: pytest.MonkeyPatch) -> None:
    shown = repr(load_settings())
    assert not any(value in shown for value in GOOD.values())


def test_from_the_start_no_log_can_show_what_was_set(surroundings: pytest.MonkeyPatch) -> None:
    load_settings()
    for name in ("EBB_MASTER_SECRETS", "EBB_JWT_SECRET", "EBB_TELEGRAM_BOT_TOKEN"):
        for secret in GOOD[name].split(", "):
            assert secret not in scrub_text(f"it says {secret}")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("REDIS_URL", "redis://:hid/den@redis:6379"),
        ("REDIS_URL", "rediss://:hid#den@redis:6379"),
        ("REDIS_URL", "redis://:4711/hidden@redis:6379"),
        ("REDIS_URL", "redis://:hidden@[redis:6379"),
        ("DATABASE_URL", "postgres://ebb:p@ss:hidden@server/ebb"),
        ("DATABASE_URL", "postgres://ebb:p@hidden@server/ebb"),
        ("EBB_DATABASE_DIRECT_URL", "postgres://ebb:p@ss:hidden@server/ebb"),
        ("EBB_SMTP_URL", "smtps://ebb:4711/hidden@mail.example"),
        ("EBB_BROKER_URL", "amqp://ebb:hid/den@mq.example"),
    ],
)
def test_an_address_that_a_password_spoils_is_named_without_a_part_of_it(
    surroundings: pytest.MonkeyPatch, name: str, url: str
) -> None:
    surroundings.setenv(name, url)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert f"{name}: can't be read" in str(error.value)
    assert not {part for part in ("hid", "den", "4711") if part in str(error.value)}


@pytest.mark.parametrize("name", ["DATABASE_URL", "EBB_DATABASE_DIRECT_URL", "REDIS_URL"])
def test_a_server_s_password_is_in_no_log(surroundings: pytest.MonkeyPatch, name: str) -> None:
    scheme = "redis" if name == "REDIS_URL" else "postgres"
    for form in ("u:{}%2Fword@server/0", "server/0?password={}%2Fword"):
        random = secrets.token_hex(12)
        surroundings.setenv(name, f"{scheme}://{form.format(random)}")
        load_settings()
        assert random not in scrub_text(f"it says {random}/word")


def test_several_bots_are_read_in_their_order(surroundings: pytest.MonkeyPatch) -> None:
    assert load_settings().telegram_third_party_bots == ()
    tokens = tuple(f"{number}:{secrets.token_urlsafe(30)}" for number in (2, 1))
    surroundings.setenv("EBB_TELEGRAM_BOT_TOKEN", ", ".join(tokens))
    surroundings.setenv("EBB_TELEGRAM_THIRD_PARTY_BOTS", "4, 3")
    settings = load_settings()
    assert settings.bot_tokens == tokens
    assert settings.telegram_third_party_bots == (4, 3)
    assert tokens[1] not in scrub_text(f"it says {tokens[1]}")


@pytest.mark.parametrize(
    ("environment", "given", "used"),
    [
        ("production", "", UpdatesBy.WEBHOOK),
        ("sandbox", "", UpdatesBy.POLLING),
        ("sandbox", "webhook", UpdatesBy.WEBHOOK),
        ("production", "off", UpdatesBy.OFF),
    ],
)
def test_updates_are_polled_for_in_a_sandbox_unless_told_otherwise(
    surroundings: pytest.MonkeyPatch, environment: str, given: str, used: UpdatesBy
) -> None:
    surroundings.setenv("EBB_ENVIRONMENT", environment)
    surroundings.setenv("EBB_SANDBOX_URL", "http://127.0.0.1:8100")
    surroundings.setenv("EBB_TELEGRAM_UPDATES", given)
    assert load_settings().updates_by is used


def test_a_deployment_s_own_address_is_https_or_this_machine(
    surroundings: pytest.MonkeyPatch,
) -> None:
    for given in ("https://ebb.example/", "http://127.0.0.1:8000", ""):
        surroundings.setenv("EBB_PUBLIC_URL", given)
        assert load_settings().public_url == (given.rstrip("/") or None)


def test_every_bad_variable_is_named_at_once(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.delenv("DATABASE_URL")
    surroundings.setenv("EBB_JWT_SECRET", "changeme")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert {"DATABASE_URL", "EBB_JWT_SECRET"} <= set(str(error.value).replace(":", "").split())
    assert "EBB_TELEGRAM_BOT_TOKEN" not in str(error.value)


@pytest.mark.parametrize("environment", list(Environment))
def test_only_a_sandbox_is_a_sandbox(
    surroundings: pytest.MonkeyPatch, environment: Environment
) -> None:
    surroundings.setenv("EBB_ENVIRONMENT", environment)
    surroundings.setenv("EBB_SANDBOX_URL", "http://127.0.0.1:8100")
    assert load_settings().is_sandbox == (environment is Environment.SANDBOX)


def test_a_collector_is_named_by_us_or_as_opentelemetry_does(
    surroundings: pytest.MonkeyPatch,
) -> None:
    assert load_settings().collector_url is None
    token = secrets.token_urlsafe(24)
    surroundings.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://theirs:4318/")
    surroundings.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer%20{token},tenant=ebb")
    settings = load_settings()
    assert settings.collector_url == "http://theirs:4318"
    assert token not in scrub_text(f"it says {token}")
    assert token not in repr(settings)
    surroundings.setenv("EBB_TRACES_URL", "https://ours.example/otlp/v1/traces")
    assert load_settings().collector_url == "https://ours.example/otlp"


def test_a_dsn_s_key_is_in_no_log(surroundings: pytest.MonkeyPatch) -> None:
    key = secrets.token_hex(16)
    surroundings.setenv("EBB_SENTRY_DSN", f"https://{key}@o1.ingest.sentry.example/47")
    assert key not in repr(load_settings())
    assert key not in scrub_text(f"it says {key}")


MAIL = {"EBB_MAIL_FROM": "Ebb <no-reply@ebb.example>", "EBB_PUBLIC_URL": "https://ebb.example"}


def test_mail_needs_a_sender_and_a_place_to_point_to(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("EBB_SMTP_URL", "smtps://u%40x:p%2Fw-of-the-mail@mail.example")
    with pytest.raises(SettingsError, match="EBB_MAIL_FROM"):
        load_settings()
    for name, value in MAIL.items():
        surroundings.setenv(name, value)
    settings = load_settings()
    server = settings.mail_server
    assert server is not None
    assert (server.host, server.port, server.tls) == ("mail.example", 465, "implicit")
    assert (server.user, server.password) == ("u@x", "p/w-of-the-mail")
    assert "p/w-of-the-mail" not in repr(settings) + repr(server)
    assert "p/w-of-the-mail" not in scrub_text("it says p/w-of-the-mail")


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("smtp+starttls://mail.example", True),
        ("smtp://localhost:2525", True),
        ("smtp://mail.example", False),
    ],
)
def test_mail_leaves_the_machine_encrypted(
    surroundings: pytest.MonkeyPatch, url: str, is_good: bool
) -> None:
    for name, value in {**MAIL, "EBB_SMTP_URL": url}.items():
        surroundings.setenv(name, value)
    if is_good:
        assert load_settings().mail_server is not None
    else:
        with pytest.raises(SettingsError, match="EBB_SMTP_URL"):
            load_settings()


def test_rabbitmq_is_waited_for_as_briefly_as_it_is_told(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("EBB_BROKER_URL", "amqps://ebb:a%40secret@mq.example/ebb?heartbeat=30")
    settings = load_settings()
    assert "a@secret" in settings.server_passwords
    assert "a@secret" not in scrub_text("with a@secret in it")
    address = settings.amqp_address
    assert address is not None
    assert "heartbeat=30" in address
    assert "socket_timeout=0.5" in address
    assert amqp_address(address) == address
    surroundings.setenv("EBB_BROKER_URL", "redis://localhost")
    with pytest.raises(SettingsError, match="EBB_BROKER_URL: must be an amqp://"):
        load_settings()
