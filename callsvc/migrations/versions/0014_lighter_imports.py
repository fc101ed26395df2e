"""lighter imports: terms beside their names and numbers, keys and indexes that nothing asked for are gone"""

from alembic import op
import sqlalchemy as sa

from callsvc.contacts.cases.references import plain_reference

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OF_A_CASE = 2 << 28  # terms of cases and above, as they were


def upgrade() -> None:
    with op.batch_alter_table("phone_number") as table:
        table.add_column(sa.Column("tail", sa.Integer(), nullable=True))
    op.create_index("ix_phone_number_tail", "phone_number", ["tail"])
    _lighten_contacts()
    _plain_references()
    _terms_with_their_makers()


def _lighten_contacts() -> None:
    with op.batch_alter_table("contact") as table:
        table.drop_index("ix_contact_platform_code")
        table.drop_index("ix_contact_region_code")
        for column in ("case_id", "platform_code", "region_code", "import_id"):
            table.drop_constraint(f"fk_contact_{column}", type_="foreignkey")
        table.drop_constraint("uq_contact_fingerprint", type_="unique")
        table.alter_column("fingerprint", nullable=True)
        table.add_column(sa.Column("last_term", sa.Integer(), nullable=True))
        table.add_column(sa.Column("first_term", sa.Integer(), nullable=True))
    is_known = sa.text("fingerprint IS NOT NULL")
    op.create_index(
        "ux_contact_fingerprint", "contact", ["fingerprint"], unique=True,
        sqlite_where=is_known, postgresql_where=is_known,
    )  # fmt: skip
    with op.batch_alter_table("contact_number") as table:
        for column in ("contact_id", "number_id"):
            table.drop_constraint(f"fk_contact_number_{column}", type_="foreignkey")
    op.create_index("ix_contact_last_term", "contact", ["last_term"])
    op.create_index("ix_contact_first_term", "contact", ["first_term"])


def _plain_references() -> None:
    with op.batch_alter_table("tracing_case") as table:
        table.add_column(
            sa.Column("plain_reference", sa.String(length=80), nullable=False, server_default="")
        )
    with op.batch_alter_table("tracing_case") as table:
        table.alter_column("plain_reference", server_default=None)
    op.create_index("ix_tracing_case_plain_reference", "tracing_case", ["plain_reference"])
    case = sa.table("tracing_case", sa.column("id"), sa.column("reference"), sa.column("plain_reference"))
    connection = op.get_bind()
    known = connection.execute(sa.select(case.c.id, case.c.reference)).all()
    if known:
        connection.execute(
            case.update()
            .where(case.c.id == sa.bindparam("case"))
            .values(plain_reference=sa.bindparam("plain")),
            [{"case": row.id, "plain": plain_reference(row.reference)} for row in known],
        )


def _terms_with_their_makers() -> None:
    """People stored before stay findable by the terms they have; `callsvc contacts reindex` moves them."""
    op.execute(f"DELETE FROM contact_term WHERE term >= {_OF_A_CASE}")  # a number of ours
    op.execute(
        "UPDATE contact_term SET term = made_with * 8192"
        " + CASE WHEN term >= 268435456 THEN 4096 ELSE 0 END + (term & 4095)"
    )
    with op.batch_alter_table("contact_term") as table:
        table.drop_column("made_with")
