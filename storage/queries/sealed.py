"""Every column that holds sealed values, and how they are sealed anew when the key is changed."""

from dataclasses import dataclass

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import SealedValue


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of sealed values; `key` are the columns of the primary key, `hashed` keeps the keyed hash."""

    table: str
    name: str
    key: tuple[str, ...] = ("id",)
    hashed: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


SEALED = (
    Column(table="people", name="name"),
    Column(table="people", name="phone", hashed="phone_hash"),
    Column(table="dialogues", name="draft", key=("chat_id", "person_id", "flow")),
    Column(table="inbox", name="payload"),
    Column(table="outbox", name="context"),
    Column(table="reports", name="spot"),
    Column(table="reports", name="words"),
    Column(table="report_events", name="note"),
    Column(table="finds", name="words"),
    Column(table="orders", name="words"),
    Column(table="orders", name="password"),
    Column(table="repeats", name="words"),
    Column(table="tasks", name="context"),
    Column(table="notices", name="words"),
    Column(table="postings", name="words"),
    Column(table="certificates", name="name"),
    Column(table="volunteers", name="stopped_for", key=("person_id",)),
    Column(table="helper_photos", name="file", key=("person_id",)),
    Column(table="shifts", name="note"),
    Column(table="shifts", name="reason"),
    Column(table="shifts", name="words"),
    Column(table="shift_repeats", name="words"),
    Column(table="shift_findings", name="words"),
)
NOT_SEALED = {
    "people.phone_hash": "the keyed hash of a phone number, made anew together with it",
    "invites.token_hash": "SHA-256 of 96 random bits: no key, nothing to guess",
    "calendar_feeds.token_hash": "SHA-256 of 192 random bits: no key, nothing to guess",
    "pictures.png": "charts of published results",
}
"""The other columns of bytes, and why they are not sealed."""


def _named(value: SealedValue | None) -> dict[str, int | str]:
    """Its key as parameters."""
    return {f"k{number}": part for number, part in enumerate(value.key if value else ())}


async def stale(
    tx: Transaction, column: Column, *, mark: bytes, after: SealedValue | None, limit: int
) -> list[SealedValue]:
    """The next values that do not begin with `mark`, in the order of their keys; `after` is the last one had."""
    keys = ", ".join(column.key)
    later = f"AND ({keys}) > ({', '.join(f':k{n}' for n in range(len(column.key)))})" if after else ""
    named = [f"{name} AS k{n}" for n, name in enumerate(column.key)]
    return await tx.all(
        SealedValue,
        f"SELECT {', '.join(named)}, {column.name} AS token FROM {column.table} "
        f"WHERE {column.name} IS NOT NULL AND substr({column.name}, 1, {len(mark)}) <> :mark {later} "
        f"ORDER BY {keys} LIMIT :limit",
        mark=mark,
        limit=limit,
        **_named(after),
    )


async def replace(tx: Transaction, column: Column, value: SealedValue, *, by: Sealed, hashed: bytes | None) -> bool:
    """Put a new token in the place of the old one; False when something else has been written there since."""
    same = " AND ".join(f"{name} = :k{n}" for n, name in enumerate(column.key))
    also = f", {column.hashed} = :hashed" if column.hashed else ""
    return bool(
        await tx.run(
            f"UPDATE {column.table} SET {column.name} = :by{also} WHERE {same} AND {column.name} = :token",
            by=by,
            token=value.token,
            **({"hashed": hashed} if column.hashed else {}),
            **_named(value),
        )
    )
