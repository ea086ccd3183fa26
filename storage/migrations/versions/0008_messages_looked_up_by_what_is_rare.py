"""Indexes of messages begin with what few share, so that no plan reads a channel where one message is asked for."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Other indexes under the same names: the release before this one runs on."""
    with op.batch_alter_table("message", schema=None) as batch_op:
        for name, rare in (("message_thread", "thread_ts"), ("message_client", "client_msg_id")):
            batch_op.drop_index(name)
            batch_op.create_index(name, [rare, "channel_id"], unique=False)


def downgrade() -> None:
    """There is none: go back to the copy made before the upgrade."""
    raise NotImplementedError
