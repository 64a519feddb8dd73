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


async def put_first(tx: Transaction, name: str, value: str) -> None:
    """Keep a value under a name that has none yet."""
    await tx.run(
        "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING", name=name, value=value
    )


async def change(tx: Transaction, name: str, *, before: str, after: str) -> bool:
    """Change a value; False when it is not what it was `before`."""
    return bool(
        await tx.run(
            "UPDATE meta SET value = :after WHERE name = :name AND value = :before",
            name=name,
            before=before,
            after=after,
        )
    )
