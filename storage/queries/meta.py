"""Single values the program keeps about itself."""

from storage.database import Transaction


async def get(tx: Transaction, name: str) -> str | None:
    """The value of that name."""
    return await tx.one(str, "SELECT value FROM meta WHERE name = :name", name=name)


async def put(tx: Transaction, name: str, value: str) -> None:
    """Keep a value under a name."""
    await tx.run(
        "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name=name,
        value=value,
    )
