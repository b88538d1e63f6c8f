"""The first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from callcenter.migrations import roles

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
create function refuse_change() returns trigger language plpgsql as
$$ begin
  if tg_op = 'DELETE' and tg_table_name = 'audit' then
    if old.at < now() - interval '1 year' then return old; end if;
  end if;
  raise exception 'this table is append-only';
end $$
"""
FOLDED = r"""
create function folded(written text) returns text language sql immutable strict parallel safe as $$
  select trim(regexp_replace(lower(translate(
    replace(replace(replace(replace(replace(
      regexp_replace(normalize(written, NFKD), U&'[\0300-\036f]+', '', 'g'),
    'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'),
    'øØłŁ', 'oOlL')),
  U&'[\\s''\2019\2018\02bc`\00b4\2032\2010\2011\2012\2013\2014\2015_.,;:/()"\00ab\00bb-]+', ' ', 'g'))
$$
"""

PLACE_WORDS = r"""
create function place_words(written text) returns text language sql immutable strict parallel safe as $$
  select regexp_replace(regexp_replace(folded(written), '\mst\M', 'saint', 'g'), '\mste\M', 'sainte', 'g')
$$
"""

SITE_WORDS = (
    "place_words(name || ' ' || city || ' ' || address || ' ' || mail || ' ' || \"grouping\" || ' ' || comment)"
)
ERASED_REFERENCE = """
create function erased_reference(pepper text, site_id int, reference text) returns text
language sql stable strict parallel safe as $$
  select 'x' || left(encode(sha256(convert_to(pepper || site_id || '/' || reference, 'UTF8')), 'hex'), 59)
$$
"""


def upgrade() -> None:
    op.execute(FOLDED)
    op.execute(PLACE_WORDS)
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("departments", sa.ARRAY(sa.String(length=7)), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("interface", sa.String(length=2), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.String(length=2)), nullable=False),
        sa.Column("desk_phone", sa.LargeBinary(), nullable=True),
        sa.Column("line", sa.String(length=5), nullable=False),
        sa.Column("shift_line", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.String(length=16), nullable=True),
        sa.Column("next_state", sa.String(length=12), nullable=True),
        sa.Column("next_reason", sa.String(length=16), nullable=True),
        sa.Column("moved_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("moved_why", sa.String(length=12), nullable=True),
        sa.Column("moved_words", sa.LargeBinary(), nullable=True),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lost_from", sa.String(length=12), nullable=True),
        sa.Column("shortcuts", postgresql.JSONB(), nullable=True),
        sa.Column("visit", sa.LargeBinary(), nullable=True),
        sa.Column("visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(call_id is not null) = (state in ('offered', 'connecting', 'talking', 'wrap_up'))",
            name="agents_call_in_hand",
        ),
        sa.CheckConstraint("active = (closed_at is null)", name="agents_closed"),
        sa.CheckConstraint("line in ('phone', 'shift')", name="agents_line"),
        sa.CheckConstraint("(moved_by is null) = (moved_why is null)", name="agents_moved"),
        sa.CheckConstraint("login = lower(btrim(login))", name="agents_login"),
        sa.CheckConstraint("role in ('agent', 'supervisor', 'auditor', 'admin')", name="agents_role"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_id"),
        sa.UniqueConstraint("login"),
    )
    op.create_index("agents_on_duty", "agents", ["state"], unique=False, postgresql_where="state <> 'offline'")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("noun", sa.String(length=12), nullable=False),
        sa.Column("noun_id", sa.String(length=60), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_by_noun", "audit", ["noun", "noun_id", "id"], unique=False)
    op.create_table(
        "beacon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="beacon_is_one"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "carrier_events",
        sa.Column("resource", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("resource", "stream", "sequence"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("site_reference", sa.String(length=60), nullable=True),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("department_assumed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("hard_of_hearing", sa.Boolean(), nullable=False),
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.Column("pseudonym", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("waited", sa.Double(), nullable=True),
        sa.Column("lasted", sa.Double(), nullable=True),
        sa.Column("returned", sa.Boolean(), nullable=True),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("continues", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("answers_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("satisfaction_scale", sa.Integer(), nullable=True),
        sa.Column("settled_said", sa.Boolean(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asks_no_more", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel in ('front_desk', 'bus', 'phone', 'callback')", name="contacts_channel"),
        sa.ForeignKeyConstraint(["continues"], ["contacts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("contacts_by_agent", "contacts", ["agent_id", "arrived_at"], unique=False)
    op.create_index("contacts_by_day", "contacts", ["local_day"], unique=False)
    op.create_index("contacts_by_person", "contacts", ["pseudonym", "arrived_at"], unique=False)
    op.create_index(
        "contacts_once_per_site",
        "contacts",
        ["site_id", "site_reference"],
        unique=True,
        postgresql_where="site_reference is not null",
    )
    op.create_index("contacts_to_erase", "contacts", ["arrived_at"], unique=False, postgresql_where="erased_at is null")
    op.create_index("contacts_owed", "contacts", ["agent_id"], unique=False, postgresql_where="due = 'owed'")
    op.create_index(
        "contacts_continued", "contacts", ["continues"], unique=False, postgresql_where="continues is not null"
    )
    op.create_table(
        "shared_lines",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number_key"),
    )
    op.create_table(
        "drafts",
        sa.Column("carrier_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("carrier_id"),
    )
    op.create_index(op.f("ix_drafts_number_key"), "drafts", ["number_key"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noun", sa.String(length=12), nullable=False),
        sa.Column("noun_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("was", sa.String(length=16), nullable=False),
        sa.Column("now", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("who", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("events_by_noun", "events", ["noun_id", "id"], unique=False)
    op.create_index("events_by_time", "events", ["at"], unique=False, postgresql_using="brin")
    op.create_table(
        "figures_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("contacts", sa.BigInteger(), nullable=True),
        sa.Column("owing", sa.BigInteger(), nullable=True),
        sa.Column("recorded", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.BigInteger(), nullable=True),
        sa.Column("satisfied", sa.BigInteger(), nullable=True),
        sa.Column("very_satisfied", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.BigInteger(), nullable=True),
        sa.Column("said_settled", sa.BigInteger(), nullable=True),
        sa.Column("return_known", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=True),
        sa.Column("accompaniments", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("settlement_known", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("informations", sa.BigInteger(), nullable=True),
        sa.Column("assistances", sa.BigInteger(), nullable=True),
        sa.Column("orientations", sa.BigInteger(), nullable=True),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.Column("wait_longest_ms", sa.BigInteger(), nullable=True),
        sa.Column("handled", sa.BigInteger(), nullable=True),
        sa.Column("talk_ms", sa.BigInteger(), nullable=True),
        sa.Column("hold_ms", sa.BigInteger(), nullable=True),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=True),
        sa.Column("relay_handled", sa.BigInteger(), nullable=True),
        sa.Column("relay_ms", sa.BigInteger(), nullable=True),
        sa.Column("hearing_handled", sa.BigInteger(), nullable=True),
        sa.Column("hearing_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.Column("answered_in_time", sa.BigInteger(), nullable=True),
        sa.Column("abandoned", sa.BigInteger(), nullable=True),
        sa.Column("short_abandon", sa.BigInteger(), nullable=True),
        sa.Column("left_in_menu", sa.BigInteger(), nullable=True),
        sa.Column("served_by_menu", sa.BigInteger(), nullable=True),
        sa.Column("became_callback", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("refused_full", sa.BigInteger(), nullable=True),
        sa.Column("technical", sa.BigInteger(), nullable=True),
        sa.Column("technical_known", sa.BigInteger(), nullable=True),
        sa.Column("in_progress", sa.BigInteger(), nullable=True),
        sa.Column("called_back", sa.BigInteger(), nullable=True),
        sa.Column("promised", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=True),
        sa.Column("late_ms", sa.BigInteger(), nullable=True),
        sa.Column("silent_promised", sa.BigInteger(), nullable=True),
        sa.Column("silent_reached", sa.BigInteger(), nullable=True),
        sa.Column("offers", sa.BigInteger(), nullable=True),
        sa.Column("missed", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("busy_ms", sa.BigInteger(), nullable=True),
        sa.Column("available_ms", sa.BigInteger(), nullable=True),
        sa.Column("buckets", sa.ARRAY(sa.SmallInteger()), nullable=True),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=True),
        sa.PrimaryKeyConstraint("day", "department", "partner", "channel"),
    )
    op.create_table(
        "figures_dirty",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_figures_dirty_day"), "figures_dirty", ["day"], unique=False)
    op.create_table(
        "figures_hours",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("contacts", sa.BigInteger(), nullable=True),
        sa.Column("owing", sa.BigInteger(), nullable=True),
        sa.Column("recorded", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.BigInteger(), nullable=True),
        sa.Column("satisfied", sa.BigInteger(), nullable=True),
        sa.Column("very_satisfied", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.BigInteger(), nullable=True),
        sa.Column("said_settled", sa.BigInteger(), nullable=True),
        sa.Column("return_known", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=True),
        sa.Column("accompaniments", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("settlement_known", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("informations", sa.BigInteger(), nullable=True),
        sa.Column("assistances", sa.BigInteger(), nullable=True),
        sa.Column("orientations", sa.BigInteger(), nullable=True),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.Column("wait_longest_ms", sa.BigInteger(), nullable=True),
        sa.Column("handled", sa.BigInteger(), nullable=True),
        sa.Column("talk_ms", sa.BigInteger(), nullable=True),
        sa.Column("hold_ms", sa.BigInteger(), nullable=True),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=True),
        sa.Column("relay_handled", sa.BigInteger(), nullable=True),
        sa.Column("relay_ms", sa.BigInteger(), nullable=True),
        sa.Column("hearing_handled", sa.BigInteger(), nullable=True),
        sa.Column("hearing_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.Column("answered_in_time", sa.BigInteger(), nullable=True),
        sa.Column("abandoned", sa.BigInteger(), nullable=True),
        sa.Column("short_abandon", sa.BigInteger(), nullable=True),
        sa.Column("left_in_menu", sa.BigInteger(), nullable=True),
        sa.Column("served_by_menu", sa.BigInteger(), nullable=True),
        sa.Column("became_callback", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("refused_full", sa.BigInteger(), nullable=True),
        sa.Column("technical", sa.BigInteger(), nullable=True),
        sa.Column("technical_known", sa.BigInteger(), nullable=True),
        sa.Column("in_progress", sa.BigInteger(), nullable=True),
        sa.Column("called_back", sa.BigInteger(), nullable=True),
        sa.Column("promised", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=True),
        sa.Column("late_ms", sa.BigInteger(), nullable=True),
        sa.Column("silent_promised", sa.BigInteger(), nullable=True),
        sa.Column("silent_reached", sa.BigInteger(), nullable=True),
        sa.Column("offers", sa.BigInteger(), nullable=True),
        sa.Column("missed", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("busy_ms", sa.BigInteger(), nullable=True),
        sa.Column("available_ms", sa.BigInteger(), nullable=True),
        sa.Column("buckets", sa.ARRAY(sa.SmallInteger()), nullable=True),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=True),
        sa.PrimaryKeyConstraint("day", "department", "hour"),
    )
    op.create_table(
        "figures_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("contacts", sa.BigInteger(), nullable=True),
        sa.Column("owing", sa.BigInteger(), nullable=True),
        sa.Column("recorded", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.BigInteger(), nullable=True),
        sa.Column("satisfied", sa.BigInteger(), nullable=True),
        sa.Column("very_satisfied", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.BigInteger(), nullable=True),
        sa.Column("said_settled", sa.BigInteger(), nullable=True),
        sa.Column("return_known", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=True),
        sa.Column("accompaniments", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("settlement_known", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("informations", sa.BigInteger(), nullable=True),
        sa.Column("assistances", sa.BigInteger(), nullable=True),
        sa.Column("orientations", sa.BigInteger(), nullable=True),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.Column("wait_longest_ms", sa.BigInteger(), nullable=True),
        sa.Column("handled", sa.BigInteger(), nullable=True),
        sa.Column("talk_ms", sa.BigInteger(), nullable=True),
        sa.Column("hold_ms", sa.BigInteger(), nullable=True),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=True),
        sa.Column("relay_handled", sa.BigInteger(), nullable=True),
        sa.Column("relay_ms", sa.BigInteger(), nullable=True),
        sa.Column("hearing_handled", sa.BigInteger(), nullable=True),
        sa.Column("hearing_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.Column("answered_in_time", sa.BigInteger(), nullable=True),
        sa.Column("abandoned", sa.BigInteger(), nullable=True),
        sa.Column("short_abandon", sa.BigInteger(), nullable=True),
        sa.Column("left_in_menu", sa.BigInteger(), nullable=True),
        sa.Column("served_by_menu", sa.BigInteger(), nullable=True),
        sa.Column("became_callback", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("refused_full", sa.BigInteger(), nullable=True),
        sa.Column("technical", sa.BigInteger(), nullable=True),
        sa.Column("technical_known", sa.BigInteger(), nullable=True),
        sa.Column("in_progress", sa.BigInteger(), nullable=True),
        sa.Column("called_back", sa.BigInteger(), nullable=True),
        sa.Column("promised", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=True),
        sa.Column("late_ms", sa.BigInteger(), nullable=True),
        sa.Column("silent_promised", sa.BigInteger(), nullable=True),
        sa.Column("silent_reached", sa.BigInteger(), nullable=True),
        sa.Column("offers", sa.BigInteger(), nullable=True),
        sa.Column("missed", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("busy_ms", sa.BigInteger(), nullable=True),
        sa.Column("available_ms", sa.BigInteger(), nullable=True),
        sa.Column("buckets", sa.ARRAY(sa.SmallInteger()), nullable=True),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=True),
        sa.PrimaryKeyConstraint("month", "partner", "channel", "as_of"),
    )
    op.create_table(
        "figures_months_by_department",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("contacts", sa.BigInteger(), nullable=True),
        sa.Column("owing", sa.BigInteger(), nullable=True),
        sa.Column("recorded", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.BigInteger(), nullable=True),
        sa.Column("satisfied", sa.BigInteger(), nullable=True),
        sa.Column("very_satisfied", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.BigInteger(), nullable=True),
        sa.Column("said_settled", sa.BigInteger(), nullable=True),
        sa.Column("return_known", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=True),
        sa.Column("accompaniments", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("settlement_known", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("informations", sa.BigInteger(), nullable=True),
        sa.Column("assistances", sa.BigInteger(), nullable=True),
        sa.Column("orientations", sa.BigInteger(), nullable=True),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.Column("wait_longest_ms", sa.BigInteger(), nullable=True),
        sa.Column("handled", sa.BigInteger(), nullable=True),
        sa.Column("talk_ms", sa.BigInteger(), nullable=True),
        sa.Column("hold_ms", sa.BigInteger(), nullable=True),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=True),
        sa.Column("relay_handled", sa.BigInteger(), nullable=True),
        sa.Column("relay_ms", sa.BigInteger(), nullable=True),
        sa.Column("hearing_handled", sa.BigInteger(), nullable=True),
        sa.Column("hearing_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.Column("answered_in_time", sa.BigInteger(), nullable=True),
        sa.Column("abandoned", sa.BigInteger(), nullable=True),
        sa.Column("short_abandon", sa.BigInteger(), nullable=True),
        sa.Column("left_in_menu", sa.BigInteger(), nullable=True),
        sa.Column("served_by_menu", sa.BigInteger(), nullable=True),
        sa.Column("became_callback", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("refused_full", sa.BigInteger(), nullable=True),
        sa.Column("technical", sa.BigInteger(), nullable=True),
        sa.Column("technical_known", sa.BigInteger(), nullable=True),
        sa.Column("in_progress", sa.BigInteger(), nullable=True),
        sa.Column("called_back", sa.BigInteger(), nullable=True),
        sa.Column("promised", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=True),
        sa.Column("late_ms", sa.BigInteger(), nullable=True),
        sa.Column("silent_promised", sa.BigInteger(), nullable=True),
        sa.Column("silent_reached", sa.BigInteger(), nullable=True),
        sa.Column("offers", sa.BigInteger(), nullable=True),
        sa.Column("missed", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("busy_ms", sa.BigInteger(), nullable=True),
        sa.Column("available_ms", sa.BigInteger(), nullable=True),
        sa.Column("buckets", sa.ARRAY(sa.SmallInteger()), nullable=True),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=True),
        sa.PrimaryKeyConstraint("month", "department", "channel", "as_of"),
    )
    op.create_table(
        "figures_procedures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("accompaniments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "department", "partner", "procedure", "channel"),
    )
    op.create_table(
        "figures_sites",
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("settlement_known", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "day", "department", "site_id", "channel"),
    )
    op.create_index(op.f("ix_figures_sites_day"), "figures_sites", ["day"], unique=False)
    op.create_table(
        "figures_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("safe", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "hands",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "pulses",
        sa.Column("process", sa.String(length=120), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", "part"),
    )
    op.create_table(
        "holiday_overrides",
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_holiday", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "day"),
    )
    op.create_table(
        "hours",
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "topic"),
    )
    op.create_table(
        "hours_exceptions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.CheckConstraint("first <= last", name="hours_exceptions_order"),
        sa.ForeignKeyConstraint(["made_by"], ["agents.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("hours_exceptions_by_last", "hours_exceptions", ["last"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["agents.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("messages_standing", "messages", ["scope"], unique=True, postgresql_where="ended_at is null")
    op.create_table(
        "partner_names",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phrases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until is null or since <= until", name="partner_names_order"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("partner_names_by_code", "partner_names", ["code", "since"], unique=True)
    op.create_table(
        "procedures",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("phrases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until is null or since <= until", name="procedures_order"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("procedures_by_code", "procedures", ["code", "since"], unique=True)
    op.create_table(
        "queue_orders",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("to_topic", sa.String(length=40), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(act = 'redirect') = (to_topic <> '')", name="queue_orders_target"),
        sa.CheckConstraint("act in ('close', 'redirect')", name="queue_orders_act"),
        sa.ForeignKeyConstraint(["made_by"], ["agents.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "queue_orders_standing", "queue_orders", ["scope", "topic"], unique=True, postgresql_where="ended_at is null"
    )
    op.create_table(
        "referents",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("phrases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("referents_by_scope", "referents", ["scope", "partner"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="revision_is_one"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "thresholds",
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("region_after", sa.Float(), nullable=False),
        sa.Column("nation_after", sa.Float(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.CheckConstraint("0 <= region_after and region_after <= nation_after", name="thresholds_order"),
        sa.ForeignKeyConstraint(["made_by"], ["agents.id"]),
        sa.PrimaryKeyConstraint("scope", "topic"),
    )
    op.create_table(
        "rollouts",
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.CheckConstraint("state in ('closed', 'pilot', 'open')", name="rollouts_state"),
        sa.PrimaryKeyConstraint("department", "since"),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("weeks", sa.String(length=4), nullable=False),
        sa.CheckConstraint("weeks in ('all', 'odd', 'even')", name="rounds_weeks"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rounds_by_department", "rounds", ["department"], unique=False)
    op.create_table(
        "satisfaction_scales",
        sa.Column("top", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("satisfied_from", sa.Integer(), nullable=False),
        sa.Column("very_from", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("top"),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sign_in_tries_by_who", "sign_in_tries", ["who", "at"], unique=False)
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("week", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by_appointment", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("grouping", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("doubts", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("words", sa.Text(), sa.Computed(SITE_WORDS, persisted=True), nullable=False),
        sa.Column("first_listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("latitude between -90 and 90 and longitude between -180 and 180", name="sites_place"),
        sa.CheckConstraint("jsonb_typeof(week) = 'array' and jsonb_array_length(week) in (0, 7)", name="sites_week"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "sites_by_department", "sites", ["department", "city"], unique=False, postgresql_where="gone_at is null"
    )
    op.create_index("sites_by_postal_code", "sites", ["postal_code"], unique=False, postgresql_where="gone_at is null")
    op.create_table(
        "towns",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), sa.Computed("place_words(name)", persisted=True), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("towns_by_postal_code", "towns", ["postal_code"], unique=False)
    op.create_index("towns_by_words", "towns", ["words"], unique=False)
    op.create_table(
        "topics",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("scope", sa.String(length=7), nullable=False),
        sa.Column("keys", sa.String(length=2), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("partners", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("sheet", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until is null or since <= until", name="topics_order"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("topics_by_place", "topics", ["scope", "keys", "since"], unique=True)
    op.create_table(
        "visit_imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("accompaniments", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "accompaniments",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=14), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("internet_checked", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=True),
        sa.Column("follow_up", sa.String(length=12), nullable=False),
        sa.Column("continues", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(reason is not null) = (outcome = 'orientation')", name="accompaniments_reason"),
        sa.CheckConstraint("outcome <> 'orientation' or not settled", name="accompaniments_oriented_is_not_settled"),
        sa.CheckConstraint("outcome in ('information', 'accompaniment', 'orientation')", name="accompaniments_outcome"),
        sa.CheckConstraint(
            "reason is distinct from 'website' or internet_checked", name="accompaniments_no_redirection"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["continues"],
            ["accompaniments.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contact_id", "procedure", name="accompaniments_one_per_demarche"),
    )
    op.create_index(op.f("ix_accompaniments_contact_id"), "accompaniments", ["contact_id"], unique=False)
    op.create_index(
        "accompaniments_continued",
        "accompaniments",
        ["continues"],
        unique=False,
        postgresql_where="continues is not null",
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("carrier_id", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("callback_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_key", sa.LargeBinary(), nullable=True),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("asked_language", sa.String(length=2), nullable=True),
        sa.Column("for_anybody", sa.Boolean(), nullable=False),
        sa.Column("hard_of_hearing", sa.Boolean(), nullable=False),
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("for_agent", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("own_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.String(length=12)), nullable=False),
        sa.Column("widens_after", sa.ARRAY(sa.Float()), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dial_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("not_for", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("alone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turned_away", sa.String(length=12), nullable=True),
        sa.Column("talking_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("line_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "(agent_id is not null) >= (state in ('offered', 'connecting', 'talking', 'wrap_up'))",
            name="calls_have_an_agent",
        ),
        sa.CheckConstraint("(ending is not null) = (state = 'ended')", name="calls_ending"),
        sa.CheckConstraint("state in ('menu', 'ended') or queued_at is not null", name="calls_were_queued"),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["for_agent"],
            ["agents.id"],
        ),
        sa.ForeignKeyConstraint(
            ["not_for"],
            ["agents.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("carrier_id"),
        sa.UniqueConstraint("contact_id"),
    )
    op.create_index("calls_by_number", "calls", ["number_key", "arrived_at"], unique=False)
    op.create_index("calls_live", "calls", ["state"], unique=False, postgresql_where="state <> 'ended'")
    op.create_index("calls_live_by_number", "calls", ["number_key"], unique=False, postgresql_where="state <> 'ended'")
    op.create_index(
        "calls_one_per_agent",
        "calls",
        ["agent_id"],
        unique=True,
        postgresql_where="state in ('offered', 'connecting', 'talking', 'wrap_up')",
    )
    op.create_index("calls_recent", "calls", ["arrived_at"], unique=False)
    op.create_index(op.f("ix_calls_callback_id"), "calls", ["callback_id"], unique=False)
    op.create_table(
        "site_texts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("texted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_id", "department", "postal_code", name="site_texts_once"),
    )
    op.create_table(
        "texts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery", sa.String(length=12), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('not_reached', 'satisfaction', 'sites')", name="texts_kind"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("texts_by_age", "texts", ["asked_at"], unique=False)
    op.create_index("texts_by_number", "texts", ["number_key"], unique=False)
    op.create_table(
        "wall_links",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("departments", sa.ARRAY(sa.String(length=7)), nullable=True),
        sa.Column("made_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["agents.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "wall_thresholds",
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("watch", sa.Float(), nullable=False),
        sa.Column("alarm", sa.Float(), nullable=False),
        sa.CheckConstraint("watch >= 0 and alarm >= 0", name="wall_thresholds_values"),
        sa.PrimaryKeyConstraint("topic", "measure"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
        ),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("staff_sessions_by_agent", "staff_sessions", ["agent_id"], unique=False)
    op.create_table(
        "password_links",
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
        ),
        sa.PrimaryKeyConstraint("agent_id"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("asker_key", sa.LargeBinary(), nullable=True),
        sa.Column("destination", sa.String(length=4), nullable=False),
        sa.Column("pool", sa.String(length=8), nullable=False),
        sa.Column("promised_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("for_agent", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("also", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("hard_of_hearing", sa.Boolean(), nullable=False),
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("waited", sa.Double(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("texted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("due_from < due_until", name="callbacks_window"),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["calls.id"],
        ),
        sa.ForeignKeyConstraint(
            ["for_agent"],
            ["agents.id"],
        ),
        sa.ForeignKeyConstraint(
            ["promised_by"],
            ["agents.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("callbacks_by_asker", "callbacks", ["asker_key", "promised_at"], unique=False)
    op.create_index("callbacks_by_number", "callbacks", ["number_key", "promised_at"], unique=False)
    op.create_index("callbacks_due", "callbacks", ["due_from"], unique=False, postgresql_where="state = 'promised'")
    op.create_index(
        "callbacks_one_open_per_number",
        "callbacks",
        ["number_key"],
        unique=True,
        postgresql_where="state in ('promised', 'queued', 'dialling', 'talking')",
    )
    op.create_index("callbacks_to_erase", "callbacks", ["closed_at"], unique=False, postgresql_where="number_key <> ''")
    op.create_index("callbacks_drawn", "callbacks", ["destination", "promised_at"], unique=False)
    op.create_index("callbacks_recent", "callbacks", ["promised_at"], unique=False)
    op.create_index(op.f("ix_callbacks_asked_by"), "callbacks", ["asked_by"], unique=False)
    op.create_index(op.f("ix_callbacks_for_agent"), "callbacks", ["for_agent"], unique=False)
    op.create_table(
        "legs",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=True),
        sa.Column("told", sa.String(length=8), nullable=True),
        sa.Column("partner", sa.Boolean(), nullable=False),
        sa.Column("shift", sa.Boolean(), nullable=False),
        sa.Column("carrier_id", sa.String(length=40), nullable=True),
        sa.Column("room", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talked_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Double(), nullable=False),
        sa.Column("rung_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aside", sa.Boolean(), nullable=False),
        sa.Column("is_aside", sa.Boolean(), nullable=False),
        sa.Column("mute", sa.Boolean(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('serve', 'consult', 'monitor')", name="legs_kind"),
        sa.CheckConstraint("(mode is not null) = (kind = 'monitor')", name="legs_mode"),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
        ),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("legs_by_agent", "legs", ["agent_id", "asked_at"], unique=False)
    op.create_index(op.f("ix_legs_carrier_id"), "legs", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_legs_contact_id"), "legs", ["contact_id"], unique=False)
    op.create_index("legs_by_call", "legs", ["call_id"], unique=False)
    op.create_index("legs_unanswered", "legs", ["answer_by"], unique=False, postgresql_where="answer_by is not null")
    op.create_table(
        "rings",
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("phone_key", sa.LargeBinary(), nullable=True),
        sa.Column("leg_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("turn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carrier_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
        ),
        sa.ForeignKeyConstraint(
            ["leg_id"],
            ["legs.id"],
        ),
        sa.PrimaryKeyConstraint("agent_id"),
        sa.UniqueConstraint("phone_key"),
    )
    op.create_index(
        "legs_monitors",
        "legs",
        ["agent_id"],
        unique=True,
        postgresql_where="kind = 'monitor' and state <> 'left'",
    )
    op.create_index("legs_open", "legs", ["state"], unique=False, postgresql_where="state <> 'left'")
    op.create_table(
        "consults",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("asked_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=True),
        sa.Column("referent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("queue", sa.String(length=60), nullable=True),
        sa.Column("helper_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("leg_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("ended", sa.String(length=12), nullable=True),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("together_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keys", sa.LargeBinary(), nullable=True),
        sa.Column("keys_pressed", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind in ('referent', 'agent', 'queue', 'supervisor', 'line')", name="consults_kind"),
        sa.CheckConstraint("state in ('sought', 'offered', 'rung', 'joined', 'handed', 'over')", name="consults_state"),
        sa.CheckConstraint("(state <> 'over') = (over_at is null)", name="consults_over"),
        sa.CheckConstraint("(ended is null) = (over_at is null)", name="consults_ended"),
        sa.ForeignKeyConstraint(["asked_by"], ["agents.id"]),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
        sa.ForeignKeyConstraint(["helper_id"], ["agents.id"]),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
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
    op.create_index("consults_open", "consults", ["state"], unique=False, postgresql_where="state <> 'over'")
    op.create_index("consults_by_call", "consults", ["call_id"], unique=False)
    op.create_index("consults_by_asker", "consults", ["asked_by", "asked_at"], unique=False)
    op.create_index("consults_by_leg", "consults", ["leg_id"], unique=False)
    op.create_index(op.f("ix_consults_contact_id"), "consults", ["contact_id"], unique=False)
    op.create_table(
        "passes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("to_agent", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("to_queue", sa.String(length=60), nullable=True),
        sa.Column("to_partner", sa.String(length=40), nullable=True),
        sa.Column("consult_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("warm", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.CheckConstraint("num_nonnulls(to_agent, to_queue, to_partner) = 1", name="passes_one_target"),
        sa.ForeignKeyConstraint(["by"], ["agents.id"]),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.ForeignKeyConstraint(["consult_id"], ["consults.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
        sa.ForeignKeyConstraint(["to_agent"], ["agents.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("passes_by_call", "passes", ["call_id"], unique=False)
    op.create_index("passes_by_time", "passes", ["at"], unique=False)
    op.create_index(op.f("ix_passes_contact_id"), "passes", ["contact_id"], unique=False)
    op.create_table(
        "offers",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("consult_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(purpose = 'consult') = (consult_id is not null)", name="offers_purpose"),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
        ),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("offers_by_agent", "offers", ["agent_id", "at"], unique=False)
    op.create_index("offers_by_call", "offers", ["call_id"], unique=False)
    op.create_index("offers_one_open_per_agent", "offers", ["agent_id"], unique=True, postgresql_where="state = 'open'")
    op.create_index("offers_one_open_per_call", "offers", ["call_id"], unique=True, postgresql_where="state = 'open'")
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("callback_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("carrier_id", sa.String(length=40), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("machine", sa.Boolean(), nullable=True),
        sa.Column("given_up", sa.String(length=12), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
        ),
        sa.ForeignKeyConstraint(
            ["callback_id"],
            ["callbacks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("carrier_id"),
    )
    op.create_index("attempts_by_callback", "attempts", ["callback_id"], unique=False)
    op.create_index(
        "attempts_one_live_per_number", "attempts", ["number_key"], unique=True, postgresql_where="outcome is null"
    )
    op.create_index(op.f("ix_attempts_call_id"), "attempts", ["call_id"], unique=False)
    op.create_table(
        "agreements",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("given_by", sa.String(length=5), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('mandate', 'consent')", name="agreements_kind"),
        sa.CheckConstraint("given_by in ('voice', 'text', 'paper')", name="agreements_given_by"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contact_id", "kind", name="agreements_once"),
    )
    op.execute(APPEND_ONLY)
    op.execute(ERASED_REFERENCE)
    for table in ("events", "audit"):
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table} for each row "
            "execute function refuse_change()"
        )
        op.execute(
            f"create trigger {table}_never_emptied before truncate on {table} for each statement "
            "execute function refuse_change()"
        )
    op.execute(roles.MADE)
    for rights in roles.MAY:
        op.execute(rights)


def downgrade() -> None:
    for rights in roles.MAY_NO_LONGER:
        op.execute(rights)
    op.drop_table("agreements")
    op.drop_index(op.f("ix_attempts_call_id"), table_name="attempts")
    op.drop_index("attempts_one_live_per_number", table_name="attempts", postgresql_where="outcome is null")
    op.drop_index("attempts_by_callback", table_name="attempts")
    op.drop_table("attempts")
    op.drop_index("offers_one_open_per_call", table_name="offers", postgresql_where="state = 'open'")
    op.drop_index("offers_one_open_per_agent", table_name="offers", postgresql_where="state = 'open'")
    op.drop_index("offers_by_call", table_name="offers")
    op.drop_index("offers_by_agent", table_name="offers")
    op.drop_table("offers")
    op.drop_index("legs_open", table_name="legs", postgresql_where="state <> 'left'")
    op.drop_index("legs_monitors", table_name="legs", postgresql_where="kind = 'monitor' and state <> 'left'")
    op.drop_index("legs_by_call", table_name="legs")
    op.drop_index(op.f("ix_legs_contact_id"), table_name="legs")
    op.drop_index(op.f("ix_legs_carrier_id"), table_name="legs")
    op.drop_index("legs_by_agent", table_name="legs")
    op.drop_table("passes")
    op.drop_table("consults")
    op.drop_table("legs")
    op.drop_index(op.f("ix_callbacks_for_agent"), table_name="callbacks")
    op.drop_index(op.f("ix_callbacks_asked_by"), table_name="callbacks")
    op.drop_index("callbacks_recent", table_name="callbacks")
    op.drop_index("callbacks_drawn", table_name="callbacks")
    op.drop_index("callbacks_to_erase", table_name="callbacks", postgresql_where="number_key <> ''")
    op.drop_index(
        "callbacks_one_open_per_number",
        table_name="callbacks",
        postgresql_where="state in ('promised', 'queued', 'dialling', 'talking')",
    )
    op.drop_index("callbacks_due", table_name="callbacks", postgresql_where="state = 'promised'")
    op.drop_index("callbacks_by_number", table_name="callbacks")
    op.drop_index("callbacks_by_asker", table_name="callbacks")
    op.drop_table("callbacks")
    op.drop_table("wall_thresholds")
    op.drop_table("wall_links")
    op.drop_table("password_links")
    op.drop_index("towns_by_words", table_name="towns")
    op.drop_index("towns_by_postal_code", table_name="towns")
    op.drop_table("towns")
    op.drop_index("staff_sessions_by_agent", table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_index("texts_by_number", table_name="texts")
    op.drop_index("texts_by_age", table_name="texts")
    op.drop_table("texts")
    op.drop_table("site_texts")
    op.drop_index(op.f("ix_calls_callback_id"), table_name="calls")
    op.drop_index("calls_recent", table_name="calls")
    op.drop_index(
        "calls_one_per_agent",
        table_name="calls",
        postgresql_where="state in ('offered', 'connecting', 'talking', 'wrap_up')",
    )
    op.drop_index("calls_live_by_number", table_name="calls", postgresql_where="state <> 'ended'")
    op.drop_index("calls_live", table_name="calls", postgresql_where="state <> 'ended'")
    op.drop_index("calls_by_number", table_name="calls")
    op.drop_table("calls")
    op.drop_index("accompaniments_continued", table_name="accompaniments", postgresql_where="continues is not null")
    op.drop_index(op.f("ix_accompaniments_contact_id"), table_name="accompaniments")
    op.drop_table("accompaniments")
    op.drop_table("visit_imports")
    op.drop_index("topics_by_place", table_name="topics")
    op.drop_table("topics")
    op.drop_index("sites_by_postal_code", table_name="sites", postgresql_where="gone_at is null")
    op.drop_index("sites_by_department", table_name="sites", postgresql_where="gone_at is null")
    op.drop_table("sites")
    op.drop_index("sign_in_tries_by_who", table_name="sign_in_tries")
    op.drop_table("sign_in_tries")
    op.drop_table("satisfaction_scales")
    op.drop_index("rounds_by_department", table_name="rounds")
    op.drop_table("rounds")
    op.drop_table("rollouts")
    op.drop_table("thresholds")
    op.drop_table("revision")
    op.drop_index("referents_by_scope", table_name="referents")
    op.drop_table("referents")
    op.drop_index("queue_orders_standing", table_name="queue_orders", postgresql_where="ended_at is null")
    op.drop_table("queue_orders")
    op.drop_index("procedures_by_code", table_name="procedures")
    op.drop_table("procedures")
    op.drop_index("partner_names_by_code", table_name="partner_names")
    op.drop_table("partner_names")
    op.drop_index("messages_standing", table_name="messages", postgresql_where="ended_at is null")
    op.drop_table("messages")
    op.drop_index("hours_exceptions_by_last", table_name="hours_exceptions")
    op.drop_table("hours_exceptions")
    op.drop_table("hours")
    op.drop_table("holiday_overrides")
    op.drop_table("pulses")
    op.drop_table("hands")
    op.drop_index(op.f("ix_figures_sites_day"), table_name="figures_sites")
    op.drop_table("figures_sites")
    op.drop_table("figures_procedures")
    op.drop_table("figures_progress")
    op.drop_table("figures_months_by_department")
    op.drop_table("figures_months")
    op.drop_table("figures_hours")
    op.drop_index(op.f("ix_figures_dirty_day"), table_name="figures_dirty")
    op.drop_table("figures_dirty")
    op.drop_table("figures_days")
    op.drop_index("events_by_time", table_name="events", postgresql_using="brin")
    op.drop_index("events_by_noun", table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_drafts_number_key"), table_name="drafts")
    op.drop_table("drafts")
    op.drop_table("shared_lines")
    op.drop_index("contacts_continued", table_name="contacts", postgresql_where="continues is not null")
    op.drop_index("contacts_to_erase", table_name="contacts", postgresql_where="erased_at is null")
    op.drop_index("contacts_owed", table_name="contacts", postgresql_where="due = 'owed'")
    op.drop_index("contacts_once_per_site", table_name="contacts", postgresql_where="site_reference is not null")
    op.drop_index("contacts_by_person", table_name="contacts")
    op.drop_index("contacts_by_day", table_name="contacts")
    op.drop_index("contacts_by_agent", table_name="contacts")
    op.drop_table("contacts")
    op.drop_table("carrier_events")
    op.drop_table("beacon")
    op.drop_index("audit_by_noun", table_name="audit")
    op.drop_table("audit")
    op.drop_index("agents_on_duty", table_name="agents", postgresql_where="state <> 'offline'")
    op.drop_table("agents")
    op.execute("drop function erased_reference(text, int, text)")
    op.execute("drop function place_words(text)")
    op.execute("drop function folded(text)")
    op.execute("drop function refuse_change()")
