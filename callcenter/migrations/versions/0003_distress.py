"""Calls of distress, and the helplines that may be brought into them"""

import sqlalchemy as sa
from alembic import op

from callcenter.migrations import roles

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("distress", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("contacts_in_distress", "contacts", ["arrived_at"], postgresql_where="distress")
    op.add_column("referents", sa.Column("helpline", sa.Boolean(), server_default=sa.false(), nullable=False))
    for rights in roles.MAY:  # of the reader, who has them column by column
        op.execute(rights)


def downgrade() -> None:
    op.drop_column("referents", "helpline")
    op.drop_index("contacts_in_distress", table_name="contacts", postgresql_where="distress")
    op.drop_column("contacts", "distress")
