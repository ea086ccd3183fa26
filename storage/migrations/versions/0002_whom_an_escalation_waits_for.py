"""Whom an escalation waits for."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: the release before this one runs on."""
    op.add_column("incident", sa.Column("awaited", columns.Json(), nullable=True))


def downgrade() -> None:
    """There is none: go back to the copy made before the upgrade."""
    raise NotImplementedError
