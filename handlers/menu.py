"""/start, /menu, /help, /cancel and /settings: where everybody begins and comes back to.

居民: /menu
近邻: 有什么事?点下面的按键,或者直接拍照、说话。
"""

from dataclasses import dataclass

from telegram import Update

from community import certificates, check_ins, people, permissions, shifts, votes
from community.errors import NotFound
from community.tell import Both, Text
from handlers import join, quiet, report, shift, time_bank, vote
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import cancel as cancel_flow
from handlers.keyboards import STAFF, keyboard
from handlers.texts import LANGUAGES
from storage.states import Keyboard, Role


@dataclass(frozen=True, kw_only=True)
class Menu(Text, template="menu/menu"):
    """What is it about?"""

    name_known: bool
    may_help: bool  # is no volunteer yet, and reads more than a few large words


@dataclass(frozen=True, kw_only=True)
class Help(Text, template="menu/help"):
    """What can be done here, by whom."""

    community: Both
    hotline: str
    staff: bool
    volunteer: bool


@dataclass(frozen=True, kw_only=True)
class NothingToCancel(Text, template="menu/nothing_to_cancel"):
    """No conversation is open."""


@dataclass(frozen=True, kw_only=True)
class Settings(Text, template="menu/settings"):
    """Language and keyboard."""

    elder: bool


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Text, template="menu/settings_changed"):
    """Changed."""


async def start(update: Update, turn: Turn) -> None:
    """`/start`, bare or with the payload of a deep link."""
    words = (update.effective_message.text or "").split(maxsplit=1) if update.effective_message else []
    payload = words[1].strip() if len(words) > 1 else ""
    for prefix, follow in LINKS.items():
        if payload.startswith(prefix):
            await follow(update, turn, payload)
            return
    if payload and payload != "menu":  # 去私聊 leads here from a group
        raise NotFound
    if turn.person.joined_at is None:
        await join.start_joining(turn)
    else:
        await show(update, turn)


async def follow_find(update: Update, turn: Turn, payload: str) -> None:
    """A group's photo; whoever has not joined does that first."""
    if turn.person.joined_at is None:
        await join.start_joining(turn, held=update.to_dict())
    else:
        await report.from_group(update, turn, payload.removeprefix("g_"))


async def show(_: Update, turn: Turn) -> None:
    """`/menu`"""
    person = turn.person
    may_help = person.keyboard is Keyboard.PLAIN and not await permissions.roles_of(turn.tx, person)
    await turn.say(Menu(name_known=person.joined_at is not None, may_help=may_help), keyboard=await keyboard(turn))


async def show_help(_: Update, turn: Turn) -> None:
    """`/help`"""
    community = turn.here.neighbourhood.community
    roles = await permissions.roles_of(turn.tx, turn.person)
    text = Help(
        community={"zh": community.name.zh, "en": community.name.en},
        hotline=community.hotline,
        staff=bool(roles.intersection(STAFF)),
        volunteer=Role.VOLUNTEER in roles,
    )
    await turn.say(text, keyboard=await keyboard(turn))


async def cancel(_: Update, turn: Turn) -> None:
    """`/cancel`"""
    flow = turn.moment.flows.get(turn.moment.dialogue.flow) if turn.moment.dialogue else None
    if flow is None:
        await turn.say(NothingToCancel(), keyboard=await keyboard(turn))
    else:
        await cancel_flow(turn)


async def settings(_: Update, turn: Turn) -> None:
    """`/settings`"""
    elder = turn.person.keyboard is Keyboard.ELDER
    languages = [button(f"language_{code}", "settings.language", 0, code) for code in LANGUAGES]
    size = button("keyboard_plain", "settings.keyboard", 0, "plain")
    if not elder:
        size = button("keyboard_elder", "settings.keyboard", 0, "elder")
    buttons = [languages, [size], [quiet.OPEN]]
    if await check_ins.takes_part(turn.tx, turn.person):
        buttons.append([button("check_in_settings", "check_in.settings", turn.person.id)])
    await turn.say(Settings(elder=elder), buttons=buttons)


async def set_language(_: Update, turn: Turn, press: Press) -> None:
    """中文, English, 繁體"""
    if press.word not in LANGUAGES:
        raise NotFound
    turn.moment.person = await people.choose_language(turn.tx, turn.here, turn.person, press.word)
    await _changed(turn)


async def set_keyboard(_: Update, turn: Turn, press: Press) -> None:
    """Large words, or all keys."""
    if press.word not in set(Keyboard):
        raise NotFound
    turn.moment.person = await people.choose_keyboard(turn.tx, turn.person, Keyboard(press.word))
    await _changed(turn)


async def _changed(turn: Turn) -> None:
    await turn.answer()
    await turn.say(SettingsChanged(), keyboard=await keyboard(turn))


LINKS = {
    "d_": join.follow_door,
    "i_": join.follow_invite,
    "g_": follow_find,
    votes.LINK: vote.follow,
    certificates.LINK: time_bank.follow,
    shifts.LINK: shift.follow,
}
"""What the start payloads of deep links begin with, and who follows them."""
COMMANDS = {"start": start, "menu": show, "help": show_help, "cancel": cancel, "settings": settings}
KEYS = {"key_menu": show}
PRESSES = {"settings.language": set_language, "settings.keyboard": set_keyboard}
