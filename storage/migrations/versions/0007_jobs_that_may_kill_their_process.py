"""The few jobs that may be what kills their process."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: the release before this one runs on."""
    few = sa.text("state = 'ready' AND lost >= 3")
    op.create_index("job_suspect", "job", ["due_at"], unique=False, sqlite_where=few, postgresql_where=few)


def downgrade() -> None:
    """There is none: go back to the copy made before the upgrade."""
    raise NotImplementedError
