"""What the copy of the draft in a canvas showed when it was written, against which edits there are told."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: the release before this one runs on."""
    op.create_table(
        "draft_canvas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("shown", columns.Json(), nullable=True),
        sa.Column("writing", sa.Text(), nullable=True),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_draft_canvas_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_canvas")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_draft_canvas_incident_id")),
    )


def downgrade() -> None:
    """There is none: go back to the copy made before the upgrade."""
    raise NotImplementedError
