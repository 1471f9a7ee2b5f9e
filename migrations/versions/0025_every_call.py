"""Every answer to an order is told, the same one twice too, and look-ups that found nothing.

Revision: 0025
Follows: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# The former release counts neither: what it writes down is told as before.
_TOLD = """
declare
  happened text := case
    when new.sends > old.sends then 'sent'
    when new.look_ups > old.look_ups then 'looked_up'
    when new.answers > old.answers or new.code is distinct from old.code then 'answered'
    when new.state in ('filled', 'partially_filled', 'rejected', 'cancelled', 'never_reached')
      then 'settled'
    else 'answered'
  end;
begin
  insert into job_events (job_id, leg_id, attempt_id, kind, data)
  select
    legs.job_id, new.leg_id, new.id, happened,
    jsonb_strip_nulls(jsonb_build_object(
      'state', new.state, 'sends', new.sends,
      'filled', nullif(new.qty_filled, 0)::text, 'reason', new.reason,
      'found', case when new.misses > old.misses then 'no' end
    ))
    -- An acknowledgement leaves the code of an answer before it.
    || case
      when new.code is distinct from old.code
        or (happened = 'answered' and new.state <> 'acknowledged')
      then jsonb_strip_nulls(jsonb_build_object('code', new.code, 'message', new.message))
      else '{}'
    end
  from legs where legs.id = new.leg_id;
  -- What a look-up found often ends the order in the same update.
  if happened = 'looked_up' and old.settled_at is null and new.settled_at is not null then
    insert into job_events (job_id, leg_id, attempt_id, kind, data)
    select
      legs.job_id, new.leg_id, new.id, 'settled',
      jsonb_strip_nulls(jsonb_build_object(
        'state', new.state, 'filled', nullif(new.qty_filled, 0)::text, 'reason', new.reason
      ))
    from legs where legs.id = new.leg_id;
  end if;
  return null;
end
"""
_WHEN = """
old.sends <> new.sends or old.look_ups <> new.look_ups or old.answers <> new.answers
or old.state <> new.state or old.code is distinct from new.code
"""

_TOLD_BEFORE = """
begin
  insert into job_events (job_id, leg_id, attempt_id, kind, data)
  select
    legs.job_id, new.leg_id, new.id,
    case
      when new.sends > old.sends then 'sent'
      when new.look_ups > old.look_ups then 'looked_up'
      when new.settled_at is not null and new.code is not distinct from old.code then 'settled'
      else 'answered'
    end,
    jsonb_strip_nulls(jsonb_build_object(
      'state', new.state, 'sends', new.sends,
      'filled', nullif(new.qty_filled, 0)::text, 'reason', new.reason
    ))
    || case
      when new.code is not distinct from old.code then '{}'
      else jsonb_build_object('code', new.code)
    end
  from legs where legs.id = new.leg_id;
  return null;
end
"""
_WHEN_BEFORE = """
old.sends <> new.sends or old.look_ups <> new.look_ups or old.state <> new.state
or old.code is distinct from new.code
"""


def upgrade() -> None:
    for name in ("answers", "misses"):
        op.add_column(
            "attempts", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
        )
    _tell(_TOLD, _WHEN)


def downgrade() -> None:
    _tell(_TOLD_BEFORE, _WHEN_BEFORE)
    op.drop_column("attempts", "misses")
    op.drop_column("attempts", "answers")


def _tell(body: str, condition: str) -> None:
    op.execute("drop trigger tell_attempt on attempts")
    op.execute(
        f"create or replace function tell_attempt() returns trigger language plpgsql as"
        f" $$ {body} $$"
    )
    op.execute(
        f"create trigger tell_attempt after update on attempts for each row when ({condition})"
        " execute function tell_attempt()"
    )
