"""The invitations to roles: kept as hashes of their tokens, used so many times and until a day."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Invite
from storage.states import Role


async def add(
    tx: Transaction,
    *,
    token_hash: bytes,
    role: Role,
    place_id: int,
    uses: int,
    expires_at: datetime,
    now: datetime,
) -> None:
    """An invitation that can be used `uses` times."""
    await tx.run(
        "INSERT INTO invites (token_hash, role, place_id, uses_left, expires_at, created_at) "
        "VALUES (:token_hash, :role, :place_id, :uses, :expires_at, :now)",
        token_hash=token_hash,
        role=role,
        place_id=place_id,
        uses=uses,
        expires_at=expires_at,
        now=now,
    )


async def by_token(tx: Transaction, token_hash: bytes) -> Invite | None:
    """The invitation this token belongs to."""
    return await tx.one(
        Invite,
        "SELECT id, role, place_id, uses_left, expires_at FROM invites WHERE token_hash = :token_hash",
        token_hash=token_hash,
    )


async def use(tx: Transaction, invite_id: int) -> bool:
    """Use an invitation once; False when it is used up."""
    return bool(
        await tx.run(
            "UPDATE invites SET uses_left = uses_left - 1 WHERE id = :invite_id AND uses_left > 0",
            invite_id=invite_id,
        )
    )
