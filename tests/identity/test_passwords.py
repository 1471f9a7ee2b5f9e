"""Which passwords are good enough, and what it costs to look at one."""

from __future__ import annotations

import threading
import time

import pytest
from argon2 import PasswordHasher

from core.problems import Problem
from identity.passwords import LONGEST, Passwords, must_be_good

EMAIL = "vera.karlova@hamster-farm.example"
GOOD = "a brook under nine lanterns"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-one", "password_short"),
        ("", "password_short"),
        ("password1234", "password_common"),
        ("qwertyuiop12", "password_common"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_common"),
        ("iloveyou2024", "password_common"),
        ("p@ssw0rd!!", "password_common"),
        ("пароль", "password_short"),
        ("vera.karlova", "password_like_email"),
        ("Hamster-Farm!!", "password_like_email"),
        ("karlova-hamster-farm", "password_like_email"),
        ("x" * (LONGEST + 1), "password_long"),
    ],
)
def test_a_bad_password_is_refused_with_the_reason(password: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        must_be_good(password, EMAIL)
    assert [(fault.field, fault.code) for fault in refused.value.errors] == [("password", code)]


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "тихий ручей под фонарём",
        "小川の下に九つの提灯がある静かな夜",
        "brook\0under nine lanterns",
        "Zq7!vR2@xL9#",
        "nine lanterns over a brook " * 4,
    ],
)
def test_a_good_password_is_taken_in_any_script(password: str) -> None:
    must_be_good(password, EMAIL)
    passwords = cheap()
    assert passwords.matches(password, passwords.hash(password))
    assert not passwords.matches(password[:-1], passwords.hash(password))


def cheap(**more: int) -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, **more))


def test_a_keyboard_s_way_to_write_a_letter_makes_no_other_password() -> None:
    passwords = cheap()
    composed, decomposed = "caf\u00e9 sous la pluie", "cafe\u0301 sous la pluie"
    assert passwords.matches(decomposed, passwords.hash(composed))


def test_production_hashes_as_rfc_9106_asks() -> None:
    assert Passwords().hash(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_hash_of_other_parameters_is_outdated_and_still_good() -> None:
    old = cheap().hash(GOOD)
    newer = cheap(hash_len=24)
    assert newer.is_outdated(old)
    assert newer.matches(GOOD, old)
    assert not newer.is_outdated(newer.hash(GOOD))


def test_nobody_s_password_costs_the_same_work_and_is_never_right() -> None:
    class Noting(PasswordHasher):
        seen: list[str] = []  # noqa: RUF012 - one test's

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
            self.seen.append(str(hash))
            return super().verify(hash, password)

    passwords = Passwords(Noting(time_cost=1, memory_cost=8, parallelism=1))
    somebody_s = passwords.hash(GOOD)
    assert not passwords.matches(GOOD, None)
    assert not passwords.matches("another", somebody_s)
    nobody_s, theirs = Noting.seen
    assert nobody_s.rsplit("$", 2)[0] == theirs.rsplit("$", 2)[0]
    assert len(nobody_s) == len(theirs)


def test_whoever_waits_too_long_for_a_turn_is_told_to_come_back() -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Slow(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            entered.set()
            go_on.wait(10)
            return super().hash(password, salt=salt)

    passwords = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1), at_once=1, patience=0.01)
    first = threading.Thread(target=passwords.hash, args=(GOOD,))
    first.start()
    assert entered.wait(10)
    with pytest.raises(Problem, match="503 service_unavailable"):
        passwords.hash(GOOD)
    go_on.set()
    first.join()


@pytest.mark.parametrize(
    "password", ["4@8({[<69!1|0$5+7%2xb" * 6, "a4@b8c({[<e3g6 9i1!|l7o0s$5t+x%z2"]
)
def test_no_password_takes_long_to_judge(password: str) -> None:
    began = time.process_time()
    must_be_good(password, EMAIL)
    # Judged whole, it takes fifteen seconds.
    assert time.process_time() - began < 3
