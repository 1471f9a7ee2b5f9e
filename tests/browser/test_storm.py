"""A short storm in every test run, and an operator who looks on; `make storm` makes a long one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import BrokenBarrierError

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, select, update

from core.roles import Role
from devstack.paths import TEST
from models.jobs import Job
from models.sessions import make_engine, make_sessions
from models.states import JobState
from models.users import User
from tests.browser import looks
from tests.browser.conftest import Visits
from tests.browser.person import Guest
from tests.faults.storm.house import House
from tests.faults.storm.plan import Part, Storm
from tests.faults.storm.report import Report
from tests.faults.storm.run import Onlooker, run, seed_to_use

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]
OPERATOR = 6_999
DESKTOP = (1280, 900)
# What a browser says of a server that is dead; not what a page says of itself.
DEAD = (r"Failed to load resource", r"WebSocket connection to .* failed", r"^failed: ")
_SHOWS = """states => {
    const rows = [...document.querySelectorAll('[data-testid=job-row]')];
    const shown = new Map(rows.map((row) => [row.dataset.id, row.dataset.state]));
    return shown.size === Object.keys(states).length
        && Object.entries(states).every(([id, state]) => shown.get(id) === state);
}"""


@contextmanager
def an_operator(house: House, engine: Engine, comes: Visits) -> Iterator[Guest]:
    """At the dashboard of the first web, which is struck like the others."""
    wishes = {"size": DESKTOP, "reduced_motion": "reduce"}
    with comes(**wishes) as guest:
        guest.complaints.allow(*DEAD)
        guest.page.goto(f"{house.web_urls[0]}/admin/workers")
        guest.at("dev-id").fill(str(OPERATOR))
        guest.at("dev-sign-in").click()
        expect(guest.at("no-access")).to_be_visible()
        with make_sessions(engine).begin() as session:
            theirs = User.telegram_id == OPERATOR
            session.execute(update(User).where(theirs).values(role=Role.ADMIN))
        guest.page.reload()
        is_live(guest)
        yield guest


def is_live(operator: Guest) -> None:
    expect(operator.at("live-state")).to_have_attribute("data-state", "live", timeout=60_000)


def turn_sending(operator: Guest, *, off: bool) -> None:
    """Pressed again and again: whatever answers, or the line to it, may die meanwhile."""
    operator.at("sending-button").click()
    dialog, button = operator.at("admin-confirm"), operator.at("admin-confirm-button")
    for _ in range(60):
        if dialog.count() == 0:
            break
        if button.get_attribute("aria-busy") == "false":
            button.click()
        operator.page.wait_for_timeout(250)
    expect(dialog).to_have_count(0)
    wanted = "true" if off else "false"
    expect(operator.at("sending")).to_have_attribute("data-paused", wanted, timeout=30_000)


def shows_what_happened(operator: Guest, jobs: list[Job]) -> None:
    """Every job with the state that it has, nothing under way, and the story of the one that the
    most workers had a turn at."""
    for column in ("ready", "running", "dead"):
        expect(operator.at(f"queue-jobs-{column}")).to_have_text("0", timeout=30_000)
    states = {str(job.id): job.state for job in jobs}
    operator.page.wait_for_function(f"states => ({_SHOWS})(states)", arg=states)
    passed_on = max(jobs, key=lambda job: (job.state == JobState.COMPLETED, job.lease_epoch))
    operator.at("jobs-q").fill(str(passed_on.id))
    expect(operator.at("job-row")).to_have_count(1)
    operator.at("job-row").get_by_role("button").click()
    for kind in ("accepted", "planned", "sent", "filled", "ended"):
        expect(operator.at("story").locator(f"[data-kind={kind}]").first).to_be_visible()
    looks.picture(operator.page, "dashboard/storm-story")
    operator.page.keyboard.press("Escape")
    operator.at("jobs-q").fill("")


def everything_held(report: Report, storm: Storm) -> None:
    assert not report.broken, report.text()
    assert report.accepted == storm.jobs
    assert {name.split()[0] for name in report.kills} == set(Part), report.text()
    assert report.faults.total(), report.text()
    assert report.verdict.orders, report.text()


def test_nothing_is_lost_or_doubled_while_everything_dies_and_an_operator_looks_on(
    comes: Visits, capsys: pytest.CaptureFixture[str]
) -> None:
    storm = Storm(seed=seed_to_use(), seconds=12, jobs=24, accounts=6)
    onlooker = Onlooker()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, storm, TEST / "storm", onlooker)
        try:
            onlooker.meet()
            assert onlooker.house is not None
            engine = make_engine(onlooker.house.database_url)
            with an_operator(onlooker.house, engine, comes) as operator:
                onlooker.meet()
                expect(operator.at("job-row").first).to_be_visible(timeout=30_000)
                turn_sending(operator, off=True)
                looks.picture(operator.page, "dashboard/storm-paused")
                turn_sending(operator, off=False)
                looks.picture(operator.page, "dashboard/storm")
                onlooker.meet()
                is_live(operator)
                with make_sessions(engine)() as session:
                    jobs = list(session.scalars(select(Job)))
                shows_what_happened(operator, jobs)
                assert looks.overflow(operator.page) == []
                assert looks.axe(operator.page) == []
                looks.picture(operator.page, "dashboard/after-the-storm")
            engine.dispose()
            onlooker.meet()
        except BaseException:
            # The storm must not wait for an onlooker who has gone, and may know better why.
            onlooker.barrier.abort()
            error = running.exception()
            if error is not None and not isinstance(error, BrokenBarrierError):
                raise error from None
            raise
        report = running.result()
    with capsys.disabled():
        # The counts are the proof, and the seed is for whoever sees it fail.
        print(f"\n{report.text()}")  # noqa: T201
    everything_held(report, storm)
