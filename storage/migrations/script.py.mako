"""${message}."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: the release before this one runs on. Otherwise say above which one does: oldest = "…"."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """There is none: go back to the copy made before the upgrade."""
    raise NotImplementedError
