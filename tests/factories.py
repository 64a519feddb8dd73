"""What tests are made of: a clock that stands still, the demo's cast, and makers of more people."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import demo
from bot.clock import Clock
from community import people as people_rules
from community.here import Here
from community.neighbourhood import Neighbourhood
from storage.database import Database, Transaction
from storage.queries import dialogues, people, places
from storage.records import Group, Person, Place
from storage.states import ContactMode, Keyboard, Role

KEY = "dGVzdHMgb25seTogaW52ZW50ZWQgcGVvcGxlIG9ubHk="
ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2025, 6, 10, 9, 0, tzinfo=ZONE).astimezone(UTC)  # a Tuesday, no holiday near
_accounts = itertools.count(5001)


class StillClock(Clock):
    """A clock that moves when it is told to."""

    def __init__(self, start: datetime = START) -> None:
        self.at = start

    def now(self) -> datetime:
        return self.at

    def advance(self, **how_far: float) -> datetime:
        """Move on by so many minutes, hours or days; the new time."""
        self.at += timedelta(**how_far)
        return self.at


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """An account from which somebody chats."""

    id: int
    name: str
    language: str = "zh-hans"


@dataclass(frozen=True, kw_only=True)
class Room:
    """A group chat."""

    id: int
    title: str


def _speaker(account: int) -> Speaker:
    return next(Speaker(id=p["id"], name=p["name"]) for p in demo.cast()["people"] if p["id"] == account)


NAINAI = _speaker(1001)  # 陈奶奶: B3-2-301, elder keyboard
XIAOLIN = _speaker(1002)  # 小林: volunteer, B3-1-502
XIAOWANG = _speaker(1003)  # 网格员小王: grid G2
WU = _speaker(1004)  # 社区吴主任: staff of C1
AQIANG = _speaker(1005)  # 住户阿强: B3-2-102
LIU = _speaker(1006)  # 梯长刘叔: stair captain of B3-2
XIAOHE = _speaker(1007)  # 物业小何: staff of property_rongyin
AMEI = _speaker(1008)  # 志愿者阿梅: volunteer, B3-2-402
ZHOU = _speaker(1009)  # 值班员老周: staff of C1
ZHAO = _speaker(1010)  # 新邻居小赵: has not joined
B3_GROUP = Room(id=-2001, title="3号楼邻居群")


def stranger(name: str = "路人", language: str = "zh-hans") -> Speaker:
    """Somebody the bot has never met."""
    return Speaker(id=next(_accounts), name=name, language=language)


async def place(tx: Transaction, code: str) -> Place:
    """The place of that code in the example neighbourhood."""
    found = await places.by_code(tx, code)
    assert found is not None, code
    return found


async def person(tx: Transaction, speaker: Speaker) -> Person:
    """The row of somebody who has spoken or was seeded."""
    found = await people.by_telegram(tx, speaker.id)
    assert found is not None, speaker
    return found


@dataclass(frozen=True, kw_only=True)
class Town:
    """The example neighbourhood with the demo's cast in a database; `here()` is the neighbourhood now."""

    database: Database
    clock: StillClock
    neighbourhood: Neighbourhood
    here: Callable[[], Here]

    async def place(self, code: str) -> Place:
        """The place of that code."""
        async with self.database.read() as tx:
            return await place(tx, code)

    async def person(self, speaker: Speaker) -> Person:
        """The row of somebody."""
        async with self.database.read() as tx:
            return await person(tx, speaker)

    async def group(self, room: Room = B3_GROUP) -> Group:
        """The row of a group."""
        async with self.database.write() as tx:
            now = self.clock.now()
            return await dialogues.group(tx, chat_id=room.id, language="zh", now=now)

    async def resident(
        self,
        name: str,
        home: str | None = "B3-2-201",
        *,
        phone: str = "",
        verified: bool = True,
        elder: bool = False,
        mode: ContactMode = ContactMode.CHAT,
        roles: tuple[tuple[Role, str], ...] = (),
        language: str = "zh",
    ) -> Speaker:
        """Somebody more, joined at `home` (a code) with roles at places; without chat in the other modes."""
        speaker = stranger(name, language)
        async with self.database.write() as tx:
            now = self.clock.now()
            account = speaker.id if mode is ContactMode.CHAT else None
            row = await people.add(tx, telegram_id=account, language=language, contact_mode=mode, now=now)
            at = await place(tx, home) if home else None
            await people.join(tx, person_id=row.id, name=tx.seal(name), place_id=at.id if at else None, now=now)
            if phone:
                await people.set_phone(tx, person_id=row.id, phone=people_rules.clean_phone(phone))
            if at and verified:
                await people.verify(tx, person_id=row.id, verified_by=row.id, now=now)
            if elder:
                await people.set_keyboard(tx, person_id=row.id, keyboard=Keyboard.ELDER)
            for role, code in roles:
                where = await place(tx, code)
                await people.grant(tx, person_id=row.id, role=role, place_id=where.id, now=now)
        return speaker

    async def invite(self, role: Role, code: str, *, uses: int = 1, days: int = 7) -> str:
        """The start payload of an invitation."""
        async with self.database.write() as tx:
            at = await place(tx, code)
            return await people_rules.make_invite(tx, self.here(), role=role, place=at, uses=uses, days=days)

    async def count(self, table: str, where: str = "1 = 1", **params: object) -> int:
        """How many rows a table has."""
        async with self.database.read() as tx:
            return await tx.need(int, f"SELECT COUNT(*) FROM {table} WHERE {where}", **params)
