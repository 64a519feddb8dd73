"""Every command, key, button, conversation and card, and the way from an update to its handler.

A new command goes into its module's COMMANDS, a key of the main keyboard into KEYS (and handlers/keyboards.py),
a button into PRESSES, a conversation is listed here, a card into CARDS.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, TypeHandler, filters

from community import pings
from community.tell import Text
from handlers import (
    asides,
    call,
    call_cards,
    caller,
    check_in,
    check_in_cards,
    check_in_enrol,
    contacts,
    desk,
    digest,
    emergency,
    flow,
    groups,
    join,
    look_in,
    menu,
    my,
    notice,
    notice_cards,
    notice_desk,
    order,
    order_after,
    proxy,
    quiet,
    report,
    report_cards,
    report_desk,
    shift,
    shift_cards,
    shift_desk,
    shift_post,
    sos,
    task,
    task_cards,
    time_bank,
    time_bank_cards,
    time_bank_desk,
    time_bank_give,
    unprompted,
    visit,
    volunteer,
    volunteer_cards,
    volunteer_desk,
    volunteer_photo,
    volunteer_rest,
    vote,
    vote_cards,
    vote_open,
    week,
)
from handlers.buttons import Press
from handlers.context import Conversation, Turn
from handlers.flow import Flow, StepIsPast
from handlers.keyboards import service_label
from handlers.render import Card
from handlers.said import hear
from handlers.texts import Texts

Said = Callable[[Update, Turn], Coroutine[Any, Any, None]]
Pressed = Callable[[Update, Turn, Press], Coroutine[Any, Any, None]]
_SPOKEN = (menu, report, order, sos, task, notice_desk, vote, my, contacts, desk)
_PRESSED = (
    *(menu, join, report, report_desk, order_after, sos, proxy, task, visit, call, caller),
    *(notice, notice_desk, vote, vote_open, my, desk, groups),
    *(time_bank, time_bank_give, time_bank_desk),
    *(quiet, week, volunteer, volunteer_rest, volunteer_desk, volunteer_photo),
    *(shift, shift_post, shift_desk),
    *(check_in, check_in_enrol, look_in, emergency),
)
_FLOWS = (
    *(join.FLOW, report.FLOW, *report_desk.FLOWS, order.FLOW, order_after.FLOW, task.FLOW, caller.FLOW),
    *(vote_open.FLOW, notice.FLOW, notice_desk.FLOW, unprompted.FLOW),
    *(*time_bank_give.FLOWS, *time_bank_desk.FLOWS),
    *(volunteer.FLOW, volunteer_desk.FLOW, volunteer_photo.FLOW),
    *(shift.FLOW, shift_post.FLOW, shift_desk.FLOW),
    *(check_in.FLOW, check_in_enrol.FLOW),
)
_SHOWN = (
    *(
        report_cards,
        task_cards,
        call_cards,
        shift_cards,
        proxy,
        vote_cards,
        notice_cards,
        time_bank_cards,
        volunteer_cards,
    ),
    *(desk, check_in_cards, emergency, visit),
)

COMMANDS: Mapping[str, Said] = {name: f for module in _SPOKEN for name, f in module.COMMANDS.items()}
KEYS: Mapping[str, Said] = {label: f for module in (*_SPOKEN, check_in) for label, f in module.KEYS.items()}
FLOWS: Mapping[str, Flow] = {f.name: f for f in _FLOWS}
_DIGEST = digest.Digests({kind: f for module in _SHOWN for kind, f in module.CARDS.items()})
CARDS: Mapping[str, Card] = {**_DIGEST.cards, pings.CARD: _DIGEST.card}
WAKE = _DIGEST.wake
PRESSES: Mapping[str, Pressed] = {
    **{action: f for module in _PRESSED for action, f in module.PRESSES.items()},
    **_DIGEST.presses,
}
GROUP_COMMANDS: Mapping[str, Said] = groups.COMMANDS
FOR_STRANGERS = frozenset({"start", "help", "cancel", "settings", "privacy"})
"""Commands that need no joining first."""
_STRANGERS_PRESS = tuple(f"{name}." for name in FOR_STRANGERS)  # the buttons of these commands


@dataclass(frozen=True, kw_only=True)
class OldButton(Text, template="refused/old_button"):
    """A button of a message that is not good any more, or was never ours."""


async def _needs_joining(update: Update, turn: Turn) -> bool:
    """A stranger joins first; what they brought is taken up afterwards."""
    if turn.person.joined_at is not None:
        return False
    await join.start_joining(turn, held=update.to_dict())
    return True


def _command(name: str, handler: Said) -> Said:
    async def run(update: Update, turn: Turn) -> None:
        if name != "cancel":
            await asides.let_go(turn)
        if name in FOR_STRANGERS or not await _needs_joining(update, turn):
            await handler(update, turn)

    return run


def _by_name(commands: Mapping[str, Said]) -> Said:
    async def run(update: Update, turn: Turn) -> None:
        message = update.effective_message
        if message is not None and message.text:
            name = message.text[1 : message.entities[0].length].partition("@")[0]
            await commands[name.lower()](update, turn)

    return run


async def _pressed(update: Update, turn: Turn) -> None:
    """A button: of a conversation's step, or of a card."""
    query = update.callback_query
    press = Press.parse((query.data if query else "") or "")
    if press is None:
        await turn.answer(OldButton(), alert=True)
        return
    if press.action.startswith(f"{flow.STEP}."):
        await _pressed_step(update, turn, press)
    elif press.action not in (PRESSES if turn.group is None else groups.PRESSES):
        await turn.answer(OldButton(), alert=True)
    elif turn.person.joined_at is None and turn.group is None and not press.action.startswith(_STRANGERS_PRESS):
        await turn.answer()
        await join.start_joining(turn)
    else:
        await PRESSES[press.action](update, turn, press)


async def _pressed_step(update: Update, turn: Turn, press: Press) -> None:
    """Only the step that is being asked takes presses; an earlier one's change nothing."""
    _, name, step = (*press.action.split(".", 2), "", "")[:3]
    dialogue = turn.moment.dialogue
    if dialogue is None or (dialogue.flow, dialogue.step) != (name, step) or name not in FLOWS:
        await turn.answer(StepIsPast(), alert=True)
        return
    await flow.take(turn, FLOWS[name], hear(update))


async def _spoken(update: Update, turn: Turn, keys: Mapping[str, Said]) -> None:
    """A message in private chat: a key of the keyboard, an answer in a conversation, or out of the blue."""
    text = (update.effective_message.text or "").strip() if update.effective_message else ""
    dialogue, joined = turn.moment.dialogue, turn.person.joined_at is not None
    service = _service_key(turn, text) if joined else ""
    if joined and (text in keys or service or text.startswith("/")):
        await asides.let_go(turn)
        if text in keys:
            await keys[text](update, turn)
        elif service:
            await order.start_with(turn, service)
        else:
            await unprompted.anything(update, turn)  # a command nobody knows answers no question
    elif dialogue is not None and dialogue.flow in FLOWS:
        await _answered(update, turn, FLOWS[dialogue.flow])
    elif not await _needs_joining(update, turn):
        await unprompted.anything(update, turn)


async def _answered(update: Update, turn: Turn, open_flow: Flow) -> None:
    """An answer to the open question, something said aside, or something new long after it was asked."""
    said = hear(update)
    if await asides.met(turn, open_flow, said):
        return
    if await asides.let_go(turn):
        await unprompted.anything(update, turn)
    else:
        await flow.take(turn, open_flow, said)


def _service_key(turn: Turn, text: str) -> str:
    """The service whose own key (of the elder's keyboard) was pressed."""
    texts = turn.moment.texts
    for service in turn.here.neighbourhood.services:
        if service.elder and text.startswith(service.emoji) and text in texts.labels(service_label(service)):
            return str(service.code)
    return ""


def install(application: Conversation, texts: Texts) -> None:
    """Give the application its handlers."""
    keys = {word: handler for label, handler in KEYS.items() for word in texts.labels(label)}

    async def spoken(update: Update, turn: Turn) -> None:
        await _spoken(update, turn, keys)

    private, add = filters.ChatType.PRIVATE, application.add_handler
    new = filters.UpdateType.MESSAGE
    add(CallbackQueryHandler(_pressed))
    # Plain words first: to know that something is no service message takes forty questions.
    add(MessageHandler(private & new & filters.TEXT & ~filters.COMMAND, spoken))
    # One handler for all, for python-telegram-bot asks each in turn.
    add(CommandHandler(list(COMMANDS), _by_name({n: _command(n, f) for n, f in COMMANDS.items()}), private & new))
    add(CommandHandler(list(GROUP_COMMANDS), _by_name(GROUP_COMMANDS), ~private & new))
    add(CommandHandler(sorted(set(COMMANDS) - set(GROUP_COMMANDS)), groups.come_to_private, filters=~private & new))
    add(ChatMemberHandler(groups.membership, ChatMemberHandler.MY_CHAT_MEMBER))
    add(MessageHandler(filters.StatusUpdate.ALL, groups.service))
    add(MessageHandler(private & new, spoken))
    add(MessageHandler(private & filters.UpdateType.EDITED_MESSAGE, unprompted.edited))
    add(MessageHandler(~private, groups.overhear))
    add(TypeHandler(Update, _unknown))


async def _unknown(_: Update, __: Any) -> None:
    """A kind of update from the API's future: nothing is said, nothing is lost."""
