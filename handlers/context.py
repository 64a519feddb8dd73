"""What a handler gets: the transaction, who speaks, where they are in a conversation, and how to answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot

from community.here import Here
from community.tell import Text, reply
from handlers.buttons import Rows, rows_json
from handlers.texts import Texts
from storage.database import Transaction
from storage.records import Dialogue, Group, Json, Person
from storage.states import OutboxKind, Priority

if TYPE_CHECKING:
    from handlers.flow import Flow

Bot = ExtBot[None]


@dataclass(kw_only=True)
class Moment:
    """One update's surroundings, set by the worker before it runs the handlers."""

    tx: Transaction
    here: Here
    texts: Texts
    person: Person
    group: Group | None
    chat_id: int
    dialogue: Dialogue | None
    flows: Mapping[str, "Flow"]
    handled: bool = False  # a handler took the update


class Conversation(Application[Bot, "Turn", dict[Any, Any], dict[Any, Any], dict[Any, Any], None]):
    """PTB's application, whose handlers' exceptions come out to the worker."""

    moment: Moment | None = None

    async def process_error(self, update: object, error: Exception, *_: Any, **__: Any) -> bool:
        """Let the worker roll back: nothing else of this update may run."""
        raise error


class Turn(CallbackContext[Bot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """One update's turn in the conversation."""

    def __init__(self, application: Any, chat_id: int | None = None, user_id: int | None = None) -> None:
        super().__init__(application, chat_id, user_id)
        self.moment: Moment = application.moment
        self.tx = self.moment.tx
        self.here = self.moment.here
        self.heard: Update | None = None
        self.moment.handled = True

    @classmethod
    def from_update(cls, update: object, application: Any) -> "Turn":
        turn = cls(application)
        turn.heard = update if isinstance(update, Update) else None
        return turn

    @property
    def person(self) -> Person:
        """Who speaks."""
        return self.moment.person

    @property
    def group(self) -> Group | None:
        """The group it was said in; None in private chat."""
        return self.moment.group

    async def say(
        self,
        text: Text,
        *,
        buttons: Rows | None = None,
        keyboard: list[list[Any]] | None = None,
        media: tuple[str, str] | None = None,
        document: tuple[str, str] | None = None,
        private: bool = False,
        alters: int | None = None,
    ) -> int:
        """Answer where it was said (or in private); the message's id in the outbox.

        `media`: (photo, video or voice; file_id). `document`: (name, text). `alters`: an earlier answer's id,
        whose place this one takes.
        """
        context: Json = {"c": text.context()}
        if buttons:
            context["b"] = rows_json(buttons)
        if keyboard is not None:
            context["k"] = keyboard
        if media:
            context["media"] = list(media)
        if document:
            context["document"] = {"name": document[0], "text": document[1]}
        group = None if private else self.group
        if group and self.heard and self.heard.effective_message:
            context["reply_to"] = self.heard.effective_message.message_id
        return await reply(
            self.tx,
            group or self.person,
            kind=OutboxKind.ALTER if alters else OutboxKind.SAY,
            template=text.template,
            context=context,
            alters_id=alters,
            now=self.here.now,
        )

    async def answer(self, text: Text | None = None, *, alert: bool = False) -> None:
        """Answer the press of a button, which otherwise keeps spinning."""
        query = self.heard.callback_query if self.heard else None
        if query is None:
            return
        await reply(
            self.tx,
            self.person,
            kind=OutboxKind.ANSWER,
            template=text.template if text else "",
            context={"c": text.context() if text else {}, "query": query.id, "alert": alert},
            priority=Priority.EMERGENCY,
            now=self.here.now,
        )

    async def settle(self, text: Text, *, buttons: Rows | None = None) -> None:
        """Turn the message whose button was pressed into its outcome."""
        message = self.heard.callback_query.message if self.heard and self.heard.callback_query else None
        if message is None:
            await self.say(text, buttons=buttons)
            return
        context: Json = {"c": text.context(), "message": message.message_id, "b": rows_json(buttons or [])}
        if getattr(message, "photo", None):
            context["form"] = "photo"
        await reply(
            self.tx,
            self.group or self.person,
            kind=OutboxKind.ALTER,
            template=text.template,
            context=context,
            now=self.here.now,
        )
