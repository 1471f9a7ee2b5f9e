"""The sabotages, by the promise of design §4 that each takes away, and the checks that must see it.

Some tempting ones are left out because a second line of defence makes them harmless: sending the
*same* id again without a look-up first, for one, is refused by the exchange as a duplicate.
"""

from __future__ import annotations

from tests.faults.mutants.sabotage import Mutant

_AMBIGUITY = "tests/trading/test_ambiguity.py::test_"
_RELAY = "tests/worker/test_relay.py::test_"
_STRUCK = "tests/faults/test_cancel_after_a_strike.py::test_"

_RESTORE_LOST = f"{_AMBIGUITY}a_restore_whose_answer_is_lost_does_not_double_the_position"
_SPOILED = f"{_AMBIGUITY}a_spoiled_answer_is_looked_up_and_the_order_stands_once"
_CANCEL_AFTER_DEATH = f"{_AMBIGUITY}a_cancel_tells_of_the_order_that_a_dead_worker_had_sent"
_CANCEL_AFTER_STRIKE = f"{_STRUCK}a_cancel_after_a_strike_at_the_sending_leaves_no_order_untold"
_CLAIMED_ONCE = f"{_AMBIGUITY}a_job_is_claimed_once_until_its_lease_ends"

MUTANTS = (
    Mutant(
        "a new id for each sending",
        "I4: whoever sends an attempt sends the same id",
        "trading/sending.py",
        "order_link_id=self.attempt.order_link_id,",
        'order_link_id=self.attempt.order_link_id + "r" * self.attempt.sends,',
        (f"{_RESTORE_LOST}[and sent again]",),
    ),
    Mutant(
        "silence taken for a refusal",
        "I2: only a look-up leaves `unknown`",
        "exchange/classify.py",
        "return Unknown(error.code, error.message)",
        "return Rejected(error.code, error.message, OTHER_REFUSAL)",
        (f"{_SPOILED}[accept_then_drop]",),
    ),
    Mutant(
        "a repetition's refusal taken for the order's",
        "I2: only a look-up leaves `unknown`",
        "trading/sending.py",
        "repeated=attempt.id in repeated,",
        "repeated=False,",
        (f"{_AMBIGUITY}a_refusal_of_a_repetition_says_nothing_about_the_first",),
    ),
    Mutant(
        "a duplicate taken for a refusal",
        "I2: a duplicate id means that the order is there",
        "exchange/classify.py",
        "return AlreadyThere(code)",
        "return Rejected(code, message, OTHER_REFUSAL)",
        ("tests/exchange/test_classify.py::test_a_duplicate_means_that_it_is_there",),
    ),
    Mutant(
        "the order before its intent",
        "I2: the intent is committed, only then the order leaves",
        "trading/planning.py",
        "            mark_sent(session, ready, desk.settings)\n",
        "            mark_sent(session, ready, desk.settings), [c.make() for c in ready.calls]\n",
        (f"{_CANCEL_AFTER_STRIKE}[killed after the first call]",),
    ),
    Mutant(
        "never reached, without waiting for the fence",
        "I2: `never_reached` waits until no request could be taken any more",
        "trading/resolving.py",
        "now < attempt.fence_until + settle:",
        "now < attempt.fence_until - settle * 1000:",
        (f"{_CANCEL_AFTER_DEATH}[while look-ups lag]",),
    ),
    Mutant(
        "a fence that forgets the exchange's window",
        "I2: `never_reached` waits until no request could be taken any more",
        "trading/sending.py",
        "timedelta(milliseconds=settings.recv_window_ms) + _CLOCK_SKEW",
        "_CLOCK_SKEW",
        (f"{_AMBIGUITY}the_fence_covers_every_moment_at_which_the_exchange_may_take_the_order",),
    ),
    Mutant(
        "a repetition put off taken for an order not sent",
        "I2: only a look-up leaves `unknown`",
        "trading/verdicts.py",
        "            attempt.retry_at = clock.utcnow() + timedelta(seconds=retry_after)\n"
        "            if not repeated:\n",
        "            attempt.retry_at = clock.utcnow() + timedelta(seconds=retry_after)\n"
        "            if repeated is not None:\n",
        (f"{_AMBIGUITY}a_cancel_after_a_repetition_that_was_put_off_tells_of_the_first",),
    ),
    Mutant(
        "a cancel overlooked at the sending",
        "nothing more is sent once a cancel is seen",
        "trading/sending.py",
        "        if job.cancel_requested:\n",
        "        if job is None:\n",
        (f"{_AMBIGUITY}a_cancel_just_before_the_sending_is_seen",),
    ),
    Mutant(
        "a cancel overlooked at the planning",
        "nothing more is sent once a cancel is seen",
        "trading/planning.py",
        "held.cancel_requested or ",
        "",
        (f"{_AMBIGUITY}a_cancel_during_the_planning_is_seen",),
    ),
    Mutant(
        "a cancel beside a claim",
        "terminal states are final: a cancel and a claim see each other",
        "trading/cancel.py",
        ".with_for_update()",
        "",
        (f"{_AMBIGUITY}a_cancel_waits_for_a_claim_that_is_being_made",),
    ),
    Mutant(
        "signed with the time of leaving",
        "I2: a late order carries a time from before its lease was checked",
        "exchange/line.py",
        "client.signing(self._key, stamp)",
        "client.signing(self._key, self.stamp())",
        (f"{_CANCEL_AFTER_STRIKE}[frozen after the intent]",),
    ),
    Mutant(
        "a lost lease still writes",
        "every write carries its epoch",
        "trading/lease.py",
        "Job.id == self.job_id, Job.lease_epoch == self.epoch, Job.lease_owner == self.owner",
        "Job.id == self.job_id",
        (_CLAIMED_ONCE,),
    ),
    Mutant(
        "the heartbeat revives what was lost",
        "one worker at a time may act on a job",
        "trading/lease.py",
        "                Job.lease_until >= func.now(),\n",
        "",
        (f"{_AMBIGUITY}a_heartbeat_renews_what_is_held_and_revives_nothing",),
    ),
    Mutant(
        "a held job is claimed",
        "one worker at a time may act on a job",
        "trading/lease.py",
        "      and (lease_until is null or lease_until < now())\n",
        "",
        (_CLAIMED_ONCE,),
    ),
    Mutant(
        "an account's jobs overtake each other",
        "one job at a time for each account, in order",
        "trading/lease.py",
        "          and earlier.queue_no < jobs.queue_no\n",
        "          and earlier.queue_no < 0\n",
        (f"{_AMBIGUITY}jobs_of_an_account_run_one_at_a_time_in_order",),
    ),
    Mutant(
        "an order may open instead of reduce",
        "I5: a reduce never flips or grows a position",
        "trading/sending.py",
        "reduce_only=leg.reduce_only,",
        "reduce_only=False,",
        (f"{_SPOILED}[accept_then_drop]",),
    ),
    Mutant(
        "filled on the order's word",
        "I2: `filled` is said only of what executions prove",
        "trading/resolving.py",
        "return sum((fill.qty for fill in self.fills), ZERO) == self.order.filled_qty",
        "return True",
        (f"{_AMBIGUITY}executions_that_lag_behind_their_order_are_waited_for",),
    ),
    Mutant(
        "executions counted as often as they are read",
        "I2: a leg's quantity is the sum of its fills",
        "trading/bookkeeping.py",
        "leg.qty_filled = sum((qty for qty, _ in stored), ZERO)",
        "leg.qty_filled += sum((one.qty for one in told[0].executions), ZERO)",
        (f"{_AMBIGUITY}executions_that_are_read_twice_count_once",),
    ),
    Mutant(
        "a fill is stored twice",
        "I2: fills are unique by execution id",
        "trading/bookkeeping.py",
        '.on_conflict_do_nothing(index_elements=["account_id", "exec_id"])',
        "",
        (f"{_AMBIGUITY}executions_that_are_read_twice_count_once",),
    ),
    Mutant(
        "what came back is counted on top",
        "I3: what was restored is the sum of its fills",
        "trading/bookkeeping.py",
        "net = bought - (in_coin or ZERO)",
        "net = snapshot.qty_restored + bought - (in_coin or ZERO)",
        (f"{_AMBIGUITY}a_part_that_comes_back_in_pieces_is_counted_once",),
    ),
    Mutant(
        "one key, two jobs",
        "I6: the same idempotency key never makes two jobs",
        "trading/accept.py",
        '"idempotency_key": intake.idempotency_key,',
        '"idempotency_key": f"{intake.idempotency_key} {intake.request_id}",',
        ("tests/web/test_bad_input.py::test_the_same_key_with_another_body",),
    ),
    Mutant(
        "a key's repr shows it",
        "I7: nothing secret is in any log, response or message",
        "exchange/credentials.py",
        "api_key: str = field(repr=False)",
        "api_key: str = field()",
        ("tests/exchange/test_gateway.py::test_no_secret_is_in_an_error_or_a_repr",),
    ),
    Mutant(
        "a job without its outbox row",
        "I1: the ring is owed from the accept on",
        "trading/outbox.py",
        "    session.add(OutboxRow(job_id=job_id, ring_at=func.now() + wait))\n",
        "    assert wait\n",
        (f"{_RELAY}whoever_accepted_has_a_moment_to_ring_itself",),
    ),
    Mutant(
        "nobody rings for an abandoned job",
        "I1: a job whose worker died is rung for",
        "trading/outbox.py",
        "when jobs.lease_until >= now() then 'held'",
        "when jobs.lease_until is not null then 'held'",
        (f"{_RELAY}a_job_is_rung_for_while_it_is_free_and_due",),
    ),
    Mutant(
        "the ring noted before it is published",
        "I1: a ring that failed is still owed",
        "trading/outbox.py",
        "            ring(job_id)\n",
        "            session.execute(text('commit')), ring(job_id)\n",
        (f"{_RELAY}a_ring_that_fails_is_still_owed",),
    ),
)
