"""A city of invented people with years behind it, put in by SQL: communities of 10,000, each like every other.

Whatever is counted in one community is the same in a city of one and in a city of a hundred, so that what costs
more in the larger one does so for the size of its tables alone. Names and words share one ciphertext.

Within a community (ids are its own plus): 4 estates (1), 10 grids (11), a responsible unit (21), 100 buildings
(101), 400 stairwells (1001) and as many cells of 10 households (2001), 4,000 households of two or three (5001). A
resident's *slot* says where they live; people join in another order than they live, so that neighbours lie far apart
in the tables.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from proof import town
from storage.crypto import Cipher
from storage.rows import to_ms

COMMUNITY = 10_000
"""Residents of a community, and how far apart the ids of two communities lie."""
PLACES = 1_000_000
"""The id of the first community."""
PEOPLE = 1_000_000
"""The `i`-th who joined (from 0) has the id PEOPLE + i, and the account town.FIRST + i."""
VOTES = 200
"""How far apart the ids of two communities' votes lie; each one's first is open."""
_SQL = Path(__file__).with_name("city.sql")
_STRIDE = 387_420_489  # has no factor in common with a power of ten: every slot is hit once
_HOUR = 3_600_000
_PAST = 3 * 365 * 24 * _HOUR
_SPELT = {"sqlite": {"int": "INTEGER", "zero": "0"}, "postgresql": {"int": "BIGINT", "zero": "0::bigint"}}


@dataclass(frozen=True, kw_only=True)
class City:
    """How many residents a city has, a multiple of COMMUNITY; and who lives in each slot."""

    residents: int

    @property
    def communities(self) -> int:
        """How many."""
        return self.residents // COMMUNITY

    def joined(self, slot: int) -> int:
        """How many had joined before whoever lives in a slot."""
        return slot * pow(_STRIDE, -1, self.residents) % self.residents


def community(number: int) -> int:
    """The id of the place."""
    return PLACES + number * COMMUNITY


def statements(city: City, *, engine: str, cipher: Cipher, now: datetime) -> Iterator[str]:
    """The city as SQL."""

    def literal(value: object) -> str:
        sealed = cipher.seal(value).token.hex()
        return f"X'{sealed}'" if engine == "sqlite" else f"'\\x{sealed}'::bytea"

    filled = _SQL.read_text("utf-8").format(
        **_SPELT[engine],
        residents=city.residents,
        communities=city.communities,
        places=PLACES,
        people=PEOPLE,
        accounts=town.FIRST,
        votes=VOTES,
        inverse=pow(_STRIDE, -1, city.residents),
        now=to_ms(now),
        past=to_ms(now) - _PAST,
        span=_PAST,
        hour=_HOUR,
        day=24 * _HOUR,
        name=literal("住户"),
        phone=literal("13900009999"),
        words=literal("楼道灯不亮了，晚上看不清，老人不敢下楼。"),
        payload=literal({"c": {"number": 1, "words": "楼道灯不亮了" * 12}}),
        hash="randomblob(32)" if engine == "sqlite" else "sha256(convert_to(CAST(i AS TEXT), 'UTF8'))",
    )
    yield from filter(str.strip, filled.split(";\n"))


def build_sqlite(path: Path, city: City, *, cipher: Cipher, now: datetime) -> None:
    """Put a city into a migrated SQLite file that nobody has open. Nothing is safe until it is done."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY", "cache_size = -1500000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN")
        for sql in statements(city, engine="sqlite", cipher=cipher, now=now):
            db.execute(sql)
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")


async def build_postgres(url: str, city: City, *, cipher: Cipher, now: datetime) -> None:
    """Put a city into a migrated PostgreSQL database, and have its statistics taken as autovacuum would."""
    connection = await asyncpg.connect(url, timeout=30)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")  # no foreign key is looked at
            for sql in statements(city, engine="postgresql", cipher=cipher, now=now):
                await connection.execute(sql)
            identities = "SELECT table_name FROM information_schema.columns WHERE is_identity = 'YES'"
            for (table,) in await connection.fetch(identities):
                following = f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {table})"
                await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {following})")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
