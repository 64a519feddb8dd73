"""Orders (订单): what somebody asked for; the visit that belongs to one is a task."""

from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.queries.people import PERSON
from storage.records import Order, Person

_ORDER = (
    "o.id, o.person_id, o.ordered_by, o.service, o.words, o.voice, o.photo, o.password, o.wanted_id, o.repeat_id, "
    "o.receipt, o.stars, o.created_at"
)


async def add(
    tx: Transaction,
    *,
    person_id: int,
    ordered_by: int,
    service: str,
    words: Sealed | None,
    voice: str | None,
    photo: str | None,
    password: Sealed,
    wanted_id: int | None,
    repeat_id: int | None,
    now: datetime,
) -> int:
    """A new order; its number."""
    return await tx.insert(
        "INSERT INTO orders (person_id, ordered_by, service, words, voice, photo, password, wanted_id, "
        "repeat_id, created_at) VALUES (:person_id, :ordered_by, :service, :words, :voice, :photo, :password, "
        ":wanted_id, :repeat_id, :now)",
        person_id=person_id,
        ordered_by=ordered_by,
        service=service,
        words=words,
        voice=voice,
        photo=photo,
        password=password,
        wanted_id=wanted_id,
        repeat_id=repeat_id,
        now=now,
    )


async def by_id(tx: Transaction, order_id: int) -> Order | None:
    """The order of that number."""
    return await tx.one(Order, f"SELECT {_ORDER} FROM orders o WHERE o.id = :order_id", order_id=order_id)


async def set_repeat(tx: Transaction, *, order_id: int, repeat_id: int) -> None:
    """It is the first of those that come every week."""
    await tx.run(
        "UPDATE orders SET repeat_id = :repeat_id WHERE id = :order_id", repeat_id=repeat_id, order_id=order_id
    )


async def keep_receipt(tx: Transaction, *, order_id: int, file: str) -> None:
    """The photo of a receipt."""
    await tx.run("UPDATE orders SET receipt = :file WHERE id = :order_id", file=file, order_id=order_id)


async def familiar(tx: Transaction, *, person_id: int, limit: int) -> list[Person]:
    """Who has helped somebody before, the last first."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p JOIN (SELECT t.taker_id, MAX(t.id) AS last FROM tasks t "
        "WHERE t.person_id = :person_id AND t.kind = 'visit' AND t.state = 'confirmed' GROUP BY t.taker_id) own "
        "ON own.taker_id = p.id WHERE p.erased_at IS NULL ORDER BY own.last DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def change_password(tx: Transaction, *, order_id: int, password: Sealed) -> None:
    """Another one: somebody who does not come any more knows the old one."""
    await tx.run("UPDATE orders SET password = :password WHERE id = :order_id", password=password, order_id=order_id)


async def rate(tx: Transaction, *, order_id: int, stars: int) -> bool:
    """Stars, once; False when they were given already."""
    return bool(
        await tx.run(
            "UPDATE orders SET stars = :stars WHERE id = :order_id AND stars IS NULL", order_id=order_id, stars=stars
        )
    )


async def of_person(tx: Transaction, *, person_id: int, limit: int) -> list[Order]:
    """What somebody ordered or was helped with, latest first."""
    return await tx.all(
        Order,
        # The latest of either kind, each from its index; an OR would read all orders.
        f"SELECT {_ORDER} FROM orders o WHERE o.id IN ("
        "SELECT id FROM (SELECT id FROM orders WHERE person_id = :person_id ORDER BY id DESC LIMIT :limit) own "
        "UNION SELECT id FROM (SELECT id FROM orders WHERE ordered_by = :person_id AND ordered_by <> person_id "
        "ORDER BY id DESC LIMIT :limit) for_others) ORDER BY o.id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def live(tx: Transaction, *, person_id: int, service: str) -> Order | None:
    """The same thing ordered before and not finished yet."""
    return await tx.one(
        Order,
        f"SELECT {_ORDER} FROM orders o JOIN tasks t ON t.order_id = o.id "
        "WHERE o.person_id = :person_id AND o.service = :service "
        "AND t.state NOT IN ('done', 'confirmed', 'cancelled') LIMIT 1",
        person_id=person_id,
        service=service,
    )
