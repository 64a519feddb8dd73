"""In groups the bot speaks only when addressed, and private matters go to private chat.

邻居(回复一张照片): /report
近邻: 请发图的邻居确认,详情私聊说。  [📷 去确认]
"""

from dataclasses import dataclass

from telegram import ChatMember, MessageEntity, Update

from community import groups, people, permissions, places, report_intake
from community.errors import NotAllowed, NotFound
from community.permissions import Action
from community.tell import Both, Text
from handlers.buttons import Button, Press, button
from handlers.context import Turn
from handlers.flow import grid
from handlers.said import Kind, hear_message
from storage.database import Transaction
from storage.states import PlaceKind


@dataclass(frozen=True, kw_only=True)
class ConfirmFind(Text, template="groups/confirm_find"):
    """To the group: the author of the photo may make a report of it."""


@dataclass(frozen=True, kw_only=True)
class NothingToReport(Text, template="groups/nothing_to_report"):
    """To the group: reply to a photo or words."""


@dataclass(frozen=True, kw_only=True)
class ComeToPrivate(Text, template="groups/come_to_private"):
    """To the group: this is said in private."""


@dataclass(frozen=True, kw_only=True)
class AskBind(Text, template="groups/ask_bind"):
    """Which place does this group belong to?"""


@dataclass(frozen=True, kw_only=True)
class Bound(Text, template="groups/bound"):
    """The group belongs to a place now."""

    place: Both


@dataclass(frozen=True, kw_only=True)
class BindIsForStaff(Text, template="groups/bind_is_for_staff"):
    """To the group: somebody tapped what is not theirs to do."""


@dataclass(frozen=True, kw_only=True)
class Hello(Text, template="groups/hello"):
    """The bot was added."""


@dataclass(frozen=True, kw_only=True)
class HowToBind(Text, template="groups/how_to_bind"):
    """In private, to who added the bot: how the group is tied to its place."""


async def report(update: Update, turn: Turn) -> None:
    """`/report` in reply to a photo or words."""
    message = update.effective_message
    found = message.reply_to_message if message else None
    author = found.from_user if found else None
    if found is None or author is None or author.is_bot or turn.group is None:
        await _hint(turn, NothingToReport())
        return
    said = hear_message(found)
    if said.kind not in (Kind.TEXT, Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO, Kind.VOICE):
        await _hint(turn, NothingToReport())
        return
    token = await report_intake.keep_find(
        turn.tx,
        turn.here,
        group_id=turn.group.id,
        author=author.id,
        message_id=found.message_id,
        words=said.text,
        kind=said.kind,
        file=said.file,
    )
    await turn.say(ConfirmFind(), buttons=[[Button(label="go_confirm", start=f"g_{token}")]])


async def _hint(turn: Turn, text: Text) -> None:
    """Say how it is done, unless the group was told something of the kind a short while ago."""
    if turn.group is not None and await groups.may_hint(turn.tx, turn.here, turn.group):
        await turn.say(text)


async def bind(update: Update, turn: Turn) -> None:
    """`/bind CODE`, or `/bind` and a tap."""
    words = (update.effective_message.text or "").split() if update.effective_message else []
    if len(words) > 1:
        place = await places.named(turn.tx, words[1])
        await _bind(turn, place.id)
        return
    if not await permissions.works_somewhere(turn.tx, turn.person, Action.BIND_GROUP):
        await _hint(turn, BindIsForStaff())
        return
    options = []
    for top in await places.ways_down(turn.tx, None):
        below = await places.ways_down(turn.tx, top) if top.kind is PlaceKind.ESTATE else []
        options += [
            button(p.name, "group.bind", p.id)
            for p in (top, *below)
            if await permissions.may(turn.tx, turn.person, Action.BIND_GROUP, place_id=p.id)
        ]
    if not options:
        raise NotAllowed
    await turn.say(AskBind(), buttons=grid(options, width=3))


async def bind_to(_: Update, turn: Turn, press: Press) -> None:
    """One of the places, by a tap."""
    await _bind(turn, press.subject)
    await turn.answer()


async def _bind(turn: Turn, place_id: int) -> None:
    if turn.group is None:
        raise NotFound
    place = await groups.bind(turn.tx, turn.here, turn.person, group=turn.group, place_id=place_id)
    await turn.say(Bound(place=place))


async def come_to_private(_: Update, turn: Turn) -> None:
    """Any other command in a group."""
    await turn.say(ComeToPrivate(), buttons=[[Button(label="go_private", start="menu")]])


async def membership(update: Update, turn: Turn) -> None:
    """The bot was added, removed, blocked or unblocked."""
    change = update.my_chat_member
    if change is None:
        return
    gone = change.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED)
    since = turn.here.now if gone else None
    if turn.group is None:
        await people.block(turn.tx, turn.person, since=since)
        return
    await groups.leave(turn.tx, turn.group, since=since)
    if not gone and change.old_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED):
        await turn.say(Hello(), buttons=[[Button(label="go_private", start="menu")]])
        if await permissions.works_somewhere(turn.tx, turn.person, Action.BIND_GROUP):
            await turn.say(HowToBind(), private=True)


async def service(update: Update, turn: Turn) -> None:
    """A group's own news: that it became a supergroup matters, the rest does not."""
    message = update.effective_message
    if message is not None and message.migrate_to_chat_id:
        await groups.migrate(turn.tx, chat_id=turn.moment.chat_id, to=message.migrate_to_chat_id)


async def unsigned(tx: Transaction, update: Update) -> None:
    """What names nobody as its sender (a channel's post, a poll's count) is answered to nobody."""
    message = update.effective_message
    if message is not None and message.migrate_to_chat_id:
        await groups.migrate(tx, chat_id=message.chat.id, to=message.migrate_to_chat_id)


async def overhear(update: Update, turn: Turn) -> None:
    """Whoever calls the bot by its name is asked into private chat; the rest is none of its business."""
    message = update.message
    called = message.parse_entities([MessageEntity.MENTION]).values() if message and message.text else ()
    if f"@{turn.bot.username}".lower() in {name.lower() for name in called}:
        await come_to_private(update, turn)


COMMANDS = {"report": report, "bind": bind}
PRESSES = {"group.bind": bind_to}
