"""Joining: where somebody lives, their name, a phone if they like, and their consent.

居民: /start
近邻: 您好，我是近邻 …
近邻: 您住哪里？请点一下。  [榕荫小区] [河畔新村]
居民: [榕荫小区] … [1号楼] [1梯] [101]
近邻: 您住1号楼1梯101。怎么称呼您？
居民: 住户阿强
近邻: 留个电话，上门的人好联系您。 … 不留也行。  [跳过]
居民: [跳过]
近邻: 住户阿强，请看一下您的资料怎么用： …  [✅ 同意] [❌ 取消]
居民: [✅ 同意]
近邻: 登记好了，住户阿强，欢迎！
"""

from dataclasses import dataclass

from telegram import Update

from community import people, permissions, places
from community.errors import Refused
from community.tell import NO_NAME, Both, Text
from handlers import pick
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin
from handlers.keyboards import keyboard
from handlers.replies import refuse
from handlers.said import Kind, Said
from storage.records import Invite, Json, Person

_BROUGHT = (Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO, Kind.VOICE)


@dataclass(frozen=True, kw_only=True)
class Welcome(Text, template="join/welcome"):
    """The first word to a stranger."""

    community: Both
    held: bool


@dataclass(frozen=True, kw_only=True)
class Kept(Text, template="join/kept"):
    """What a stranger showed or said on the way is taken up afterwards."""


@dataclass(frozen=True, kw_only=True)
class AskName(Text, template="join/ask_name"):
    """What are you called?"""

    place: Both


@dataclass(frozen=True, kw_only=True)
class AskPhone(Text, template="join/ask_phone"):
    """A phone number, if they like."""


@dataclass(frozen=True, kw_only=True)
class BadPhone(Text, template="join/bad_phone"):
    """That is no phone number."""


@dataclass(frozen=True, kw_only=True)
class AskConsent(Text, template="join/ask_consent"):
    """What is kept, who sees it, and how it is erased."""

    name: str
    place: Both


@dataclass(frozen=True, kw_only=True)
class Joined(Text, template="join/joined"):
    """Welcome, and what happens next."""

    name: str
    unconfirmed: bool


@dataclass(frozen=True, kw_only=True)
class RoleGiven(Text, template="join/role_given"):
    """A role was taken up by invitation."""

    role: str
    place: Both


@dataclass(frozen=True, kw_only=True)
class Placed(Text, template="join/placed"):
    """Somebody who had joined moved by scanning a door's code."""

    place: Both


@dataclass(frozen=True, kw_only=True)
class AskMove(Text, template="join/ask_move"):
    """Somebody who lives elsewhere scanned a door's code."""

    place: Both


async def start_joining(turn: Turn, *, held: Json | None = None, place_id: int | None = None, invite: str = "") -> None:
    """Begin, keeping what the stranger brought."""
    community = turn.here.neighbourhood.community.name
    begun = turn.moment.dialogue
    if begun is not None and begun.flow == FLOW.name:  # begun again halfway: what was brought first is kept
        held, invite = begun.draft["held"] or held, invite or begun.draft["invite"]
    await turn.say(Welcome(community={"zh": community.zh, "en": community.en}, held=held is not None))
    draft: Json = {"at": place_id, "invite": invite, "held": held, "door": place_id}
    await begin(turn, FLOW, draft=draft, step=await _after_place(turn, draft))


async def _invite(turn: Turn, draft: Json) -> Invite | None:
    return await people.find_invite(turn.tx, turn.here, draft["invite"]) if draft["invite"] else None


async def _after_place(turn: Turn, draft: Json) -> str:
    """`name` when the way down is walked to its end (or need not be), else `place`."""
    if not people.needs_home(await _invite(turn, draft)):
        return "name"
    at = await places.get(turn.tx, draft["at"]) if draft["at"] else None
    return "name" if at is not None and at.kind in places.HOMES else "place"


async def _keep(turn: Turn, draft: Json, said: Said) -> bool:
    """A photo or a voice message on the way is kept, the first one."""
    if said.kind not in _BROUGHT or draft["held"] or turn.heard is None:
        return False
    draft["held"] = turn.heard.to_dict()
    await turn.say(Kept())
    return True


async def ask_place(turn: Turn, draft: Json) -> None:
    """Show what lies here."""
    await pick.ask(turn, draft, FLOW)


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """One step down, by a tap or by its name typed."""
    if await _keep(turn, draft, said):
        return "place"
    await pick.take(turn, draft, said)
    return await _after_place(turn, draft)


async def ask_name(turn: Turn, draft: Json) -> None:
    """Ask what they are called."""
    place = await permissions.full_name(turn.tx, draft["at"])
    await turn.say(AskName(place=place), buttons=[FLOW.ways_out("name", back=not draft["door"])])


async def take_name(turn: Turn, draft: Json, said: Said) -> str | None:
    """Any name with a letter in it."""
    if await _keep(turn, draft, said):
        return "name"
    if said.kind is not Kind.TEXT:
        raise AskAgain(pick.PickFromButtons() if said.kind is Kind.PRESS else AskName(place=NO_NAME))
    draft["name"] = people.clean_name(said.text)
    return "phone"


async def ask_phone(turn: Turn, _: Json) -> None:
    """Ask for a number; not giving one is as easy."""
    await turn.say(AskPhone(), buttons=[[FLOW.choice("phone", "skip", "skip")], FLOW.ways_out("phone")])


async def take_phone(_: Turn, draft: Json, said: Said) -> str | None:
    """A shared contact, a typed number, or none."""
    if said.kind is Kind.PRESS and said.text == "skip":
        draft["phone"] = ""
        return "consent"
    phone = people.clean_phone(said.phone or said.text)
    if not 7 <= len(phone) <= 15:
        raise AskAgain(BadPhone())
    draft["phone"] = phone
    return "consent"


async def ask_consent(turn: Turn, draft: Json) -> None:
    """The privacy notice."""
    text = AskConsent(name=draft["name"], place=await permissions.full_name(turn.tx, draft["at"]))
    agree = [FLOW.choice("consent", "yes", "agree")]
    await turn.say(text, buttons=[agree, FLOW.ways_out("consent")])


async def take_consent(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 同意 joins; then what the stranger brought is taken up."""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    invite = await _invite(turn, draft)
    person = await people.join(
        turn.tx, turn.here, turn.person, name=draft["name"], place_id=draft["at"], phone=draft["phone"]
    )
    turn.moment.person = person
    if invite is not None:
        await _take_role(turn, person, invite)
    person = turn.moment.person = await people.get(turn.tx, person.id)
    unconfirmed = person.place_id is not None and person.verified_at is None
    await turn.say(Joined(name=draft["name"], unconfirmed=unconfirmed), keyboard=await keyboard(turn))
    return None


async def take_up(turn: Turn, draft: Json) -> None:
    """What the stranger came with is heard as if it were said now."""
    if not draft["held"]:
        return
    held = Update.de_json(draft["held"], turn.bot)
    try:
        async with turn.tx.savepoint():
            await turn.application.process_update(held)
    except Refused as refused:  # what they came for cannot be: they have joined all the same
        await refuse(turn.moment, held, refused)


async def _take_role(turn: Turn, person: Person, invite: Invite) -> None:
    place = await people.accept_invite(turn.tx, turn.here, person, invite)
    if invite.role != "resident":
        await turn.say(RoleGiven(role=invite.role, place=place.name), keyboard=await keyboard(turn))


async def follow_invite(_: Update, turn: Turn, payload: str) -> None:
    """An invitation followed by somebody who has joined, or not yet."""
    invite = await people.find_invite(turn.tx, turn.here, payload)
    if turn.person.joined_at is None:
        at = invite.place_id if invite.role == "resident" else None
        await start_joining(turn, invite=payload, place_id=at)
    else:
        await _take_role(turn, turn.person, invite)


async def follow_door(_: Update, turn: Turn, payload: str) -> None:
    """A door's code: it places a stranger, and moves whoever has joined."""
    place = await places.behind_door(turn.tx, payload.removeprefix(people.DOOR))
    if turn.person.joined_at is None:
        await start_joining(turn, place_id=place.id)
    elif place.id == turn.person.place_id or place.kind not in places.HOMES:
        await turn.say(Placed(place=await permissions.full_name(turn.tx, place.id)), keyboard=await keyboard(turn))
    else:
        text = AskMove(place=await permissions.full_name(turn.tx, place.id))
        await turn.say(text, buttons=[[button("move", "join.move", place.id), button("keep", "join.move", 0)]])


async def move(_: Update, turn: Turn, press: Press) -> None:
    """Live somewhere else from now on; it is confirmed anew."""
    name = permissions.public_name(turn.tx, turn.person)
    place = await places.home(turn.tx, press.subject or turn.person.place_id)
    if place.id != turn.person.place_id:
        await people.join(turn.tx, turn.here, turn.person, name=name, place_id=place.id, phone="")
    await turn.answer()
    await turn.settle(Placed(place=await permissions.full_name(turn.tx, place.id)))


FLOW = Flow(
    name="join",
    steps={
        "place": Step(ask=ask_place, take=take_place),
        "name": Step(ask=ask_name, take=take_name),
        "phone": Step(ask=ask_phone, take=take_phone),
        "consent": Step(ask=ask_consent, take=take_consent),
    },
    after=take_up,
)
PRESSES = {"join.move": move}
