"""Full text over what entries say, kept in the transaction that writes them: SQLite's FTS5, PostgreSQL's own.

Words are kept as plain small-letter tokens without their accents, so that both databases find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

import storage.beside  # noqa: F401  fills the metadata
from bot.domain.markup import Names, plain
from bot.domain.masking import mask
from storage.behind import add_behind

#: What SQLite's index is called; it makes tables of its own, whose names begin so.
INDEX = "finding_index"
#: What builds the index over the table, by dialect.
BUILT: Mapping[str, Sequence[str]] = {
    "sqlite": (
        "CREATE VIRTUAL TABLE finding_index USING fts5(words, content='finding', content_rowid='id')",
        """CREATE TRIGGER finding_index_added AFTER INSERT ON finding BEGIN
        INSERT INTO finding_index(rowid, words) VALUES (new.id, new.words); END""",
        """CREATE TRIGGER finding_index_gone AFTER DELETE ON finding BEGIN
        INSERT INTO finding_index(finding_index, rowid, words) VALUES ('delete', old.id, old.words); END""",
    ),
    "postgresql": ("CREATE INDEX finding_words ON finding USING gin (to_tsvector('simple', words))",),
}
_MATCH = {
    "sqlite": f"SELECT f.incident_id, f.number FROM {INDEX} JOIN finding f ON f.id = {INDEX}.rowid "  # noqa: S608
    f"WHERE {INDEX} MATCH :",
    "postgresql": "SELECT f.incident_id, f.number FROM finding f "
    "WHERE to_tsvector('simple', f.words) @@ to_tsquery('simple', :",
}
_TABLE = SQLModel.metadata.tables["finding"]
_ADD, _GONE = _TABLE.insert().inline(), _TABLE.delete()
#: The keys of an entry that hold somebody's words.
_SAID = ("title", "services", "unaffected", "to", "owner", "link", "percent_text")
_TOKEN = re.compile(r"[^\W_]+")
WORDS_MOST = 8


def tokens(words: str) -> list[str]:
    """The words of a text as they are kept and looked for."""
    if not words.isascii():
        words = "".join(one for one in unicodedata.normalize("NFKD", words) if not unicodedata.combining(one))
    return _TOKEN.findall(words.casefold())


def words_in(said: str, data: Mapping[str, Any]) -> str:
    """What of an entry can be found: its words and those of its keys, secrets masked; empty where nobody said any."""
    parts = [said, *(value for name in _SAID if (value := data.get(name)))]
    told = " ".join(" ".join(map(str, part)) if isinstance(part, list) else str(part) for part in parts)
    return " ".join(tokens(mask(plain(told, Names())).text)) if told.strip() else ""


async def keep_words(session: AsyncSession, incident_id: int, number: int, words: str) -> None:
    """Have an entry be found by these words; it must not stand there yet."""
    if words:
        add_behind(session, _ADD, {"incident_id": incident_id, "number": number, "words": words})


async def forget_words(session: AsyncSession, incident_id: int, number: int) -> None:
    """Have an entry be found by nothing."""
    await session.execute(_GONE.where(_TABLE.c.incident_id == incident_id, _TABLE.c.number == number))


async def let_go(session: AsyncSession) -> None:
    """Have the index hold no trace of what was taken out: FTS5 only notes it until its segments are merged."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text(f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')"))  # noqa: S608


def holding(session: AsyncSession, name: str, word: str) -> TextClause:
    """The statement that gives (incident_id, number) of the entries that hold a word that begins with this one.

    `word` is one of `tokens`; `name` is its parameter's, unlike any other's of the same statement.
    """
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        return text(f"{_MATCH[dialect]}{name}").bindparams(**{name: f'"{word}"*'})
    return text(f"{_MATCH[dialect]}{name})").bindparams(**{name: f"{word}:*"})
