"""Entries in English, for whom, what to read next; what became of each question"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("faq_entries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "english",
                sa.JSON(),
                nullable=True,
                comment="`questions` and `answer` for those who ask in English.",
            )
        )
        # The start fills these from the files; until then nobody is named and nothing is related.
        batch_op.add_column(sa.Column("audience", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column(
                "related",
                sa.JSON(),
                nullable=False,
                server_default="[]",
                comment="Ids of entries to look at next.",
            )
        )
    with op.batch_alter_table("faq_entries", schema=None) as batch_op:
        batch_op.alter_column("audience", server_default=None)
        batch_op.alter_column("related", server_default=None)
    with op.batch_alter_table("asked_questions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("channel", sa.String(length=10), nullable=True, comment="line or web.")
        )
        batch_op.add_column(
            sa.Column(
                "outside_id",
                sa.String(length=80),
                nullable=True,
                comment="The recognised subject of knowledge/outside.yml.",
            )
        )
        batch_op.add_column(
            sa.Column(
                "about_entry_id",
                sa.String(length=80),
                nullable=True,
                comment="The answer before, when the question only makes sense after it.",
            )
        )
        batch_op.add_column(
            sa.Column("useful", sa.Boolean(), nullable=True, comment="The thumb that was pressed.")
        )
        batch_op.add_column(
            sa.Column("ended_in", sa.String(length=10), nullable=True, comment="person or case.")
        )
        batch_op.alter_column(
            "question",
            existing_type=sa.LargeBinary(),
            existing_nullable=False,
            comment="Personal data is masked.",
        )
        batch_op.alter_column(
            "outcome",
            existing_type=sa.String(length=10),
            existing_nullable=False,
            comment="answered, choices, outside or unknown.",
            existing_comment="answered, choices or unknown.",
        )
        batch_op.create_index(batch_op.f("ix_asked_questions_outcome"), ["outcome"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("asked_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asked_questions_outcome"))
        batch_op.alter_column(
            "outcome",
            existing_type=sa.String(length=10),
            existing_nullable=False,
            comment="answered, choices or unknown.",
            existing_comment="answered, choices, outside or unknown.",
        )
        batch_op.alter_column(
            "question",
            existing_type=sa.LargeBinary(),
            existing_nullable=False,
            comment=None,
            existing_comment="Personal data is masked.",
        )
        for column in ("ended_in", "useful", "about_entry_id", "outside_id", "channel"):
            batch_op.drop_column(column)
    with op.batch_alter_table("faq_entries", schema=None) as batch_op:
        for column in ("related", "audience", "english"):
            batch_op.drop_column(column)
