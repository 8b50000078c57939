"""The entries in the database; `ledger-manage` makes their table."""

import sqlalchemy as sa

from ledger import settings

ENTRIES = sa.Table(
    "entries",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("project", sa.String(64), nullable=False),
    sa.Column("text", sa.String(200), nullable=False),
)


def engine() -> sa.Engine:
    return sa.create_engine(settings.read().database.connection)


def add(database: sa.Engine, project: str, text: str) -> int:
    with database.begin() as connection:
        result = connection.execute(ENTRIES.insert().values(project=project, text=text))
        return result.inserted_primary_key[0]


def texts(database: sa.Engine, project: str) -> list[str]:
    wanted = sa.select(ENTRIES.c.text).where(ENTRIES.c.project == project).order_by(ENTRIES.c.id)
    with database.begin() as connection:
        return list(connection.scalars(wanted))


def main() -> None:
    ENTRIES.metadata.create_all(engine())
