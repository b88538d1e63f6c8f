"""When a call that waits again was heard last; time with partners apart; a supervisor in a distress is no consult"""

import sqlalchemy as sa
from alembic import op

from callcenter.migrations import roles

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


WITH_PARTNERS = """
create function seconds_with_partners(leg legs) returns double precision language sql stable as $$
  select least(leg.held, coalesce(sum(greatest(extract(epoch from
    least(h.together_at, h.over_at, leg.left_at) - greatest(h.joined_at, leg.talked_from)), 0)), 0))
  from consults h
  where h.call_id = leg.call_id and h.kind in ('referent', 'line') and h.joined_at is not null
$$
"""  # of a leg's hold: somebody of a partner's had answered, and all three did not speak yet


def upgrade() -> None:
    op.execute(WITH_PARTNERS)
    op.add_column("calls", sa.Column("heard_until", sa.DateTime(timezone=True)))
    op.drop_index("consults_one_supervisor", table_name="consults")
    op.drop_index("consults_one_open", table_name="consults")
    op.create_index("consults_one_open", "consults", ["call_id"], unique=True, postgresql_where="state <> 'over'")
    op.drop_constraint("consults_kind", "consults")
    op.create_check_constraint("consults_kind", "consults", "kind in ('referent', 'agent', 'queue', 'line')")
    for rights in roles.MAY:  # of the reader, who has them column by column
        op.execute(rights)


def downgrade() -> None:
    op.execute("drop function seconds_with_partners(legs)")
    op.drop_constraint("consults_kind", "consults")
    op.create_check_constraint(
        "consults_kind", "consults", "kind in ('referent', 'agent', 'queue', 'supervisor', 'line')"
    )
    op.drop_index("consults_one_open", table_name="consults")
    op.create_index(
        "consults_one_open",
        "consults",
        ["call_id"],
        unique=True,
        postgresql_where="state <> 'over' and kind <> 'supervisor'",
    )
    op.create_index(
        "consults_one_supervisor",
        "consults",
        ["call_id"],
        unique=True,
        postgresql_where="state <> 'over' and kind = 'supervisor'",
    )
    op.drop_column("calls", "heard_until")
