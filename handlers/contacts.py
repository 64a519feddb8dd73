"""☎️ 联系社区: who looks after me, and the numbers to ring.

居民: /who
近邻: 有事找谁 … 网格员小王 13900001003 …
"""

from dataclasses import dataclass

from telegram import Update

from community import contacts
from community.tell import Both, Text
from handlers.context import Turn


@dataclass(frozen=True, kw_only=True)
class Contacts(Text, template="contacts/contacts"):
    """Names and numbers."""

    place: Both
    captains: list[dict[str, str]]
    duty: dict[str, str]
    property: dict[str, object]
    hotline: str
    medical: str
    police: str
    fire: str


async def who(_: Update, turn: Turn) -> None:
    """`/who` or ☎️ 联系社区"""
    found = await contacts.of(turn.tx, turn.here, turn.person)
    emergency = turn.here.neighbourhood.community.emergency
    text = Contacts(
        place=found.place,
        captains=[{"role": role, "name": name, "phone": phone} for role, name, phone in found.captains],
        duty={"name": found.duty[0], "phone": found.duty[1]} if found.duty else {},
        property={"name": found.property[0], "phone": found.property[1]} if found.property else {},
        hotline=turn.here.neighbourhood.community.hotline,
        medical=emergency.medical,
        police=emergency.police,
        fire=emergency.fire,
    )
    await turn.say(text)


COMMANDS = {"who": who}
KEYS = {"key_who": who}
