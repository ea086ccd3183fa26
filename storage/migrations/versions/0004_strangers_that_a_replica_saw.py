"""How many connections Slack counted beyond those of the live replicas."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: the release before this one runs on."""
    with op.batch_alter_table("replica", schema=None) as batch_op:
        batch_op.add_column(sa.Column("strangers", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("counted_at", columns.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """There is none: go back to the copy made before the upgrade."""
    raise NotImplementedError
