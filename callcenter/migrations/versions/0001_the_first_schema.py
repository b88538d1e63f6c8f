"""The first schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'this table is append-only'; end $$
"""


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("departments", sa.ARRAY(sa.String(length=7)), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
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
        sa.Column("pause_reason", sa.String(length=16), nullable=True),
        sa.Column("next_state", sa.String(length=12), nullable=True),
        sa.Column("next_reason", sa.String(length=16), nullable=True),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lost_from", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "(call_id is not null) = (state in ('offered', 'connecting', 'talking', 'wrap_up'))",
            name="agents_call_in_hand",
        ),
        sa.CheckConstraint("line in ('phone', 'shift')", name="agents_line"),
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
        sa.Column("who", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("noun", sa.String(length=12), nullable=False),
        sa.Column("noun_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
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
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("stream", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("resource", "stream", "sequence"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.Column("pseudonym", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=True),
        sa.Column("waited", sa.Double(), nullable=True),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("satisfaction_scale", sa.Integer(), nullable=True),
        sa.CheckConstraint("channel in ('front_desk', 'bus', 'phone', 'callback')", name="contacts_channel"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("contacts_by_person", "contacts", ["pseudonym", "arrived_at"], unique=False)
    op.create_index("contacts_owed", "contacts", ["agent_id"], unique=False, postgresql_where="due = 'owed'")
    op.create_table(
        "drafts",
        sa.Column("carrier_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("carrier_id"),
    )
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
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sign_in_tries_by_who", "sign_in_tries", ["who", "at"], unique=False)
    op.create_table(
        "accompaniments",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=14), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("internet_checked", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("follow_up", sa.String(length=12), nullable=False),
        sa.Column("continues", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
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
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("turned_away", sa.String(length=12), nullable=True),
        sa.Column("talking_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("carrier_id"),
        sa.UniqueConstraint("contact_id"),
    )
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
        "callbacks",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("department", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("relay", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("waited", sa.Double(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("due_from < due_until", name="callbacks_window"),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["calls.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("callbacks_due", "callbacks", ["due_from"], unique=False, postgresql_where="state = 'promised'")
    op.create_index(
        "callbacks_one_open_per_number",
        "callbacks",
        ["number_key"],
        unique=True,
        postgresql_where="state in ('promised', 'queued', 'dialling', 'talking')",
    )
    op.create_index(op.f("ix_callbacks_asked_by"), "callbacks", ["asked_by"], unique=False)
    op.create_table(
        "legs",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("shift", sa.Boolean(), nullable=False),
        sa.Column("carrier_id", sa.String(length=40), nullable=True),
        sa.Column("room", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talked_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Double(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("wrapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('serve', 'consult')", name="legs_kind"),
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
    op.create_index(op.f("ix_legs_agent_id"), "legs", ["agent_id"], unique=False)
    op.create_index(op.f("ix_legs_carrier_id"), "legs", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_legs_contact_id"), "legs", ["contact_id"], unique=False)
    op.create_index("legs_by_call", "legs", ["call_id"], unique=False)
    op.create_index("legs_open", "legs", ["state"], unique=False, postgresql_where="state <> 'left'")
    op.create_table(
        "offers",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
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
    op.execute(APPEND_ONLY)
    for table in ("events", "audit"):
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table} execute function refuse_change()"
        )


def downgrade() -> None:
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
    op.drop_index("legs_by_call", table_name="legs")
    op.drop_index(op.f("ix_legs_contact_id"), table_name="legs")
    op.drop_index(op.f("ix_legs_carrier_id"), table_name="legs")
    op.drop_index(op.f("ix_legs_agent_id"), table_name="legs")
    op.drop_table("legs")
    op.drop_index(op.f("ix_callbacks_asked_by"), table_name="callbacks")
    op.drop_index(
        "callbacks_one_open_per_number",
        table_name="callbacks",
        postgresql_where="state in ('promised', 'queued', 'dialling', 'talking')",
    )
    op.drop_index("callbacks_due", table_name="callbacks", postgresql_where="state = 'promised'")
    op.drop_table("callbacks")
    op.drop_index("staff_sessions_by_agent", table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_index(op.f("ix_calls_callback_id"), table_name="calls")
    op.drop_index("calls_recent", table_name="calls")
    op.drop_index(
        "calls_one_per_agent",
        table_name="calls",
        postgresql_where="state in ('offered', 'connecting', 'talking', 'wrap_up')",
    )
    op.drop_index("calls_live_by_number", table_name="calls", postgresql_where="state <> 'ended'")
    op.drop_index("calls_live", table_name="calls", postgresql_where="state <> 'ended'")
    op.drop_table("calls")
    op.drop_index(op.f("ix_accompaniments_contact_id"), table_name="accompaniments")
    op.drop_table("accompaniments")
    op.drop_index("sign_in_tries_by_who", table_name="sign_in_tries")
    op.drop_table("sign_in_tries")
    op.drop_index("events_by_noun", table_name="events")
    op.drop_table("events")
    op.drop_table("drafts")
    op.drop_index("contacts_owed", table_name="contacts", postgresql_where="due = 'owed'")
    op.drop_index("contacts_by_person", table_name="contacts")
    op.drop_table("contacts")
    op.drop_table("carrier_events")
    op.drop_table("beacon")
    op.drop_table("audit")
    op.drop_index("agents_on_duty", table_name="agents", postgresql_where="state <> 'offline'")
    op.drop_table("agents")
    op.execute("drop function refuse_change()")
