"""Messages that supervisors write to their agents"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_messages",
        sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("written_by", sa.Uuid(as_uuid=False), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
    )
    op.create_index("staff_messages_by_writer", "staff_messages", ["written_by", "at"])
    op.create_table(
        "staff_receipts",
        sa.Column(
            "message_id",
            sa.Uuid(as_uuid=False),
            sa.ForeignKey("staff_messages.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("agent_id", sa.Uuid(as_uuid=False), sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
    )
    op.create_index("staff_receipts_by_agent", "staff_receipts", ["agent_id", "until"])


def downgrade() -> None:
    op.drop_table("staff_receipts")
    op.drop_table("staff_messages")
