"""The master secret is replaced without anybody connecting a key again, and the old one can go."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pyotp
import pytest
from click.testing import Result
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core.problems import Problem
from core.settings import Settings
from core.vault import Vault, VaultError
from exchange.gateway import Credentials
from exchange.types import ExchangeEnvironment
from identity.pins import demand_pin, store
from identity.second_factor import demand, recovery_hash
from models.audit import AuditEntry
from models.base import db
from models.second_factors import SecondFactor, hold_or_begin, replace_recovery_codes
from models.states import JobState, MarketType
from models.users import Account
from tests.trading.conftest import Trader
from trading.accounts import NewKey, Origin, connect
from trading.rotation import rotate
from web.app import create_app

NEW = secrets.token_urlsafe(48)
SECRET = pyotp.random_base32()
Invoke = Callable[..., Result]


@pytest.fixture
def traders(clean_database: None, make_trader: Callable[..., Trader]) -> list[Trader]:
    """Nobody else is stored."""
    return [make_trader(balances={"USDT": "1000"}) for _ in range(3)]


@pytest.fixture
def during(settings: Settings) -> Vault:
    return Vault([NEW, *settings.masters])


@pytest.fixture
def vault_command(settings: Settings) -> Iterator[Invoke]:
    """`flask vault rotate` with the new master secret in front of the old."""
    masters = (SecretStr(NEW), *settings.master_secrets)
    app = create_app(settings.model_copy(update={"master_secrets": masters}))
    yield lambda *words: app.test_cli_runner().invoke(args=["vault", "rotate", *words])
    with app.app_context():
        db.engine.dispose()


def stored(sessions: sessionmaker[Session], trader: Trader) -> Account:
    with sessions() as session:
        return session.get_one(Account, trader.account.id)


def test_after_the_rotation_the_old_master_secret_can_go(
    traders: list[Trader], sessions: sessionmaker[Session], vault_command: Invoke
) -> None:
    assert "secret 2 (older 1): 3" in vault_command("--check").output
    result = vault_command("--portion", "2")
    assert (result.exit_code, result.output.splitlines()[:2]) == (
        0,
        ["2 rows seen, 2 rotated", "3 rows seen, 3 rotated"],
    )
    after = vault_command("--check")
    assert "secret 1 (newest): 3" in after.output
    assert "secret 2 (older 1): 0" in after.output
    alone = replace(traders[0].desk, vault=Vault([NEW]))
    for trader in traders:
        account = stored(sessions, trader)
        assert alone.gateway(account).key_info().can_trade_spot
        assert account.key_fingerprint == alone.vault.fingerprint(trader.api_key)
        with pytest.raises(VaultError):
            trader.desk.gateway(account)


def test_a_second_run_finds_nothing_to_do(
    traders: list[Trader], session: Session, during: Vault, sessions: sessionmaker[Session]
) -> None:
    assert [progress.rotated for progress in rotate(session, during)] == [3]
    before = stored(sessions, traders[0]).api_key_enc
    assert [progress.rotated for progress in rotate(session, during)] == [0]
    assert stored(sessions, traders[0]).api_key_enc == before


def test_a_rotation_that_was_stopped_goes_on(
    traders: list[Trader], session: Session, during: Vault
) -> None:
    next(rotate(session, during, portion=1))
    session.rollback()
    (progress,) = rotate(session, during)
    assert (progress.under[0], progress.rotated, progress.left) == (1, 2, 0)


def test_workers_go_on_while_the_secret_is_replaced(
    make_trader: Callable[..., Trader], clean_database: None, session: Session, during: Vault
) -> None:
    position = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "1"}
    trader = make_trader(balances={"USDT": "900000"}, positions=[position])
    trader.desk = replace(trader.desk, vault=during)
    before = trader.accept_reduce(MarketType.FUTURES, "50")
    assert [progress.rotated for progress in rotate(session, during)] == [1]
    # The row that was read before the rotation still opens, and so does the one after it.
    assert trader.desk.gateway(trader.account).key_info().can_trade_futures
    assert trader.run(before).job.state is JobState.COMPLETED


def test_a_key_that_was_removed_meanwhile_stays_removed(
    traders: list[Trader],
    session: Session,
    sessions: sessionmaker[Session],
    during: Vault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = traders[1].account.id
    whole = Vault.fingerprint

    def remove_and_go_on(vault: Vault, text: str) -> str:
        with sessions.begin() as other:
            account = other.get_one(Account, gone)
            account.api_key_enc = account.api_secret_enc = None
            account.removed_at = account.checked_at
        return whole(vault, text)

    monkeypatch.setattr(Vault, "fingerprint", remove_and_go_on)
    (progress,) = rotate(session, during)
    assert progress.rotated == 2
    assert stored(sessions, traders[1]).api_key_enc is None


def test_what_no_secret_opens_is_named_and_the_others_are_done(
    traders: list[Trader], sessions: sessionmaker[Session], vault_command: Invoke
) -> None:
    with sessions.begin() as session:
        broken = session.get_one(Account, traders[0].account.id)
        broken.api_secret_enc = Vault([secrets.token_urlsafe(48)]).encrypt(broken.user_id, "lost")
    for words in ([], ["--check"]):
        result = vault_command(*words)
        assert result.exit_code == 1
        assert f"no master secret opens account {broken.id}" in result.output
    assert Vault([NEW]).decrypt(
        traders[2].account.user_id, stored(sessions, traders[2]).api_key_enc or ""
    )


def test_a_connected_key_is_recognised_during_a_rotation(
    traders: list[Trader], session: Session, during: Vault
) -> None:
    trader = traders[0]
    secret = trader.desk.vault.decrypt(trader.account.user_id, trader.account.api_secret_enc or "")
    key = NewKey("again", ExchangeEnvironment.SANDBOX, Credentials(trader.api_key, secret))
    desk = replace(trader.desk, vault=during)
    with pytest.raises(Problem, match="key_already_connected"):
        connect(session, desk, trader.account.user_id, key, Origin())


@pytest.fixture
def guarded(traders: list[Trader], session: Session) -> Trader:
    """Has an authenticator with recovery codes, a PIN, and another authenticator begun."""
    trader = traders[0]
    who, vault = trader.account.user_id, trader.desk.vault
    row = hold_or_begin(session, who)
    assert row is not None
    row.totp_enc, row.totp_pending_enc = (vault.encrypt(who, SECRET) for _ in range(2))
    store(vault, row, "8302")
    replace_recovery_codes(session, who, [recovery_hash(SECRET, "A" * 16)])
    session.commit()
    return trader


def test_second_factors_stand_a_rotation(
    guarded: Trader, session: Session, vault_command: Invoke
) -> None:
    assert "secret 2 (older 1): 4" in vault_command("--check").output
    assert "4 rows seen, 4 rotated" in vault_command().output
    assert "secret 1 (newest): 4" in vault_command("--check").output
    alone, who = Vault([NEW]), guarded.account.user_id
    row = session.get_one(SecondFactor, who)
    assert [alone.decrypt(who, token) for token in row.tokens.values()][:2] == [SECRET] * 2
    demand_pin(session, alone, who, "8302")
    demand(session, alone, who, "AAAA-AAAA-AAAA-AAAA")
    demand(session, alone, who, pyotp.TOTP(SECRET).now())


def test_a_pin_that_was_set_meanwhile_stays(
    guarded: Trader,
    session: Session,
    sessions: sessionmaker[Session],
    during: Vault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who, whole = guarded.account.user_id, Vault.rotate

    def set_and_go_on(vault: Vault, user_id: uuid.UUID, token: str) -> str:
        with sessions.begin() as other:
            held = other.get_one(SecondFactor, who)
            if token == held.pin_enc:
                store(vault, held, "9513")
        return whole(vault, user_id, token)

    monkeypatch.setattr(Vault, "rotate", set_and_go_on)
    *_, progress = rotate(session, during)
    assert (progress.seen, progress.rotated, progress.left) == (4, 3, 1)
    demand_pin(session, during, who, "9513")


def test_second_factors_that_no_secret_opens_are_named_only_to_the_operator(
    guarded: Trader, session: Session, vault_command: Invoke
) -> None:
    row = session.get_one(SecondFactor, guarded.account.user_id)
    row.pin_enc = Vault([secrets.token_urlsafe(48)]).encrypt(row.user_id, "lost")
    session.commit()
    result = vault_command()
    assert result.exit_code == 1
    assert f"no master secret opens second factors of person {row.user_id}" in result.output
    newest = select(AuditEntry).where(AuditEntry.action == "vault.rotate")
    entry = session.scalars(newest.order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.details == {"rotated": 3, "closed": {"second factors of person": 1}}
