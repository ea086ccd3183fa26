"""What is found, shown and fetched."""

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.finding import BUILT, words_in

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand only: the release before this one runs on."""
    op.create_table(
        "home",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("shows", sa.String(), nullable=False),
        sa.Column("view_hash", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("opened_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_home_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home")),
        sa.UniqueConstraint("workspace_id", "user_id", name=op.f("uq_home_workspace_id_user_id")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_finding_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_finding_incident_id_number")),
    )
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_file_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("message_id", "file_id", name=op.f("uq_file_message_id_file_id")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_digest"), ["digest"], unique=False)

    with op.batch_alter_table("user_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("members", columns.Json(), nullable=True))

    connection = op.get_bind()
    for statement in BUILT[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    _find_what_stands(connection)


def _find_what_stands(connection: sa.Connection) -> None:
    """What was recorded before can be found too."""
    entry = sa.table(
        "entry",
        *(sa.column(name) for name in ("incident_id", "number", "text", "latest", "standing")),
        sa.column("data", columns.Json()),
    )
    finding = sa.table("finding", *(sa.column(name) for name in ("incident_id", "number", "words")))
    query = sa.select(entry.c.incident_id, entry.c.number, entry.c.text, entry.c.data)
    for row in connection.execute(query.where(entry.c.latest.is_(sa.true()), entry.c.standing == "standing")).all():
        if words := words_in(row.text, row.data or {}):
            values = {"incident_id": row.incident_id, "number": row.number, "words": words}
            connection.execute(finding.insert().values(**values))


def downgrade() -> None:
    """There is none: go back to the copy made before the upgrade."""
    raise NotImplementedError
