"""What is answered when a handler could not: refusals and the apology."""

from dataclasses import dataclass

from telegram import Update

from community.errors import Refused
from community.tell import Text, reply
from handlers.context import Moment
from storage.records import Json
from storage.states import OutboxKind, Priority


@dataclass(frozen=True, kw_only=True)
class Apology(Text, template="refused/apology"):
    """Something broke; it is ours to mend."""


@dataclass(frozen=True, kw_only=True)
class TooFast(Text, template="refused/too_fast"):
    """More came at once than a person sends; what was beyond that was not taken."""

    hotline: str


async def refuse(moment: Moment, update: Update, refused: Refused) -> None:
    """Tell the person what cannot be and what to do: on the pressed button as an alert, else as a message."""
    await _reply(moment, update, refused.template, refused.context())


async def apologise(moment: Moment, update: Update) -> None:
    """Say that something went wrong with what was sent."""
    await _reply(moment, update, Apology.template, {})


async def slow_down(moment: Moment, update: Update) -> None:
    """Say that what comes so fast is not taken; ahead of the answers that still wait for the same chat."""
    hotline = moment.here.neighbourhood.community.hotline
    await _reply(moment, update, TooFast.template, TooFast(hotline=hotline).context(), urgent=True)


async def _reply(moment: Moment, update: Update, template: str, context: Json, *, urgent: bool = False) -> None:
    query, message = update.callback_query, update.effective_message
    extra: Json = {}
    if query is not None:
        extra = {"query": query.id, "alert": True}
    elif message is None:
        return  # nobody waits for an answer to a change of membership
    elif moment.group is not None:
        extra = {"reply_to": message.message_id}
    await reply(
        moment.tx,
        moment.group if moment.group is not None and query is None else moment.person,
        kind=OutboxKind.ANSWER if query else OutboxKind.SAY,
        template=template,
        context={"c": context, **extra},
        priority=Priority.EMERGENCY if query or urgent else Priority.REPLY,
        now=moment.here.now,
    )
