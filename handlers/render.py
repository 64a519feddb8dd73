"""From a row of the outbox to a call of the Bot API: what it says, in the reader's language, as things stand now."""

import base64
import html
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from community import groups, people, permissions, pictures
from community.here import Here
from community.tell import Text
from handlers.buttons import Rows, inline, menu, rows_json
from handlers.commands import offered
from handlers.keyboards import keyboard_of
from handlers.texts import Texts
from storage.database import Transaction
from storage.records import Group, Json, Outgoing, Person, Picture
from storage.states import OutboxKind, Priority

TEXT, CAPTION, ANSWER = 4096, 1024, 200


@dataclass(frozen=True, kw_only=True)
class Face:
    """What a card shows to one reader."""

    text: Text
    buttons: Rows = field(default_factory=list)
    photo: str = ""  # file_id


Card = Callable[[Transaction, Here, int, Person | Group], Awaitable[Face | None]]
"""How a card of some kind is rendered for a reader; None where there is nothing left to show."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of the Bot API, ready but for the chat."""

    method: str
    params: Json
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    form: str = "text"
    digest: str = ""
    to_chat: bool = True  # the chat's id goes with the parameters
    picture: int | None = None  # the id of a picture of ours that is uploaded with it


class Renderer:
    """Renders rows of the outbox."""

    def __init__(self, *, texts: Texts, cards: Mapping[str, Card], commands: Iterable[str], bot: str) -> None:
        """`commands`: those of private chat. `bot`: the bot's user name, for deep links."""
        self._commands = tuple(commands)
        self._texts = texts
        self._cards = cards
        self._bot = bot

    @staticmethod
    async def readers(tx: Transaction, rows: Iterable[Outgoing]) -> Mapping[int, Person]:
        """Who will read the cards among these, and who is told unasked."""
        found = (row for row in rows if row.card_id or row.priority >= Priority.TASK)
        return await people.several(tx, {row.person_id for row in found if row.person_id})

    @staticmethod
    def asks(row: Outgoing) -> bool:
        """Whether the database is asked before a row can be rendered: one that brings all with it is words alone."""
        return not row.context or "picture" in row.context or "keys" in row.context

    async def call(self, tx: Transaction, here: Here, row: Outgoing, readers: Mapping[int, Person]) -> Call | None:
        """The call for a row; None when nothing is to be sent any more."""
        if row.kind in (OutboxKind.CARD, OutboxKind.EDIT):
            return await self._card(tx, here, row, readers)
        kept = row.context or {}
        if row.kind is OutboxKind.ANSWER:
            params: Json = {"callback_query_id": kept["query"]}
            if row.template:
                page = self._words(here, row.language, row.template, kept["c"], ANSWER)
                params["text"] = html.unescape(re.sub(r"<[^>]*>", "", page))  # a pop-up knows no markup
                params["show_alert"] = kept["alert"]
            return Call(method="answerCallbackQuery", params=params, to_chat=False)
        if row.kind is OutboxKind.COMMANDS:
            return await self._offer_commands(tx, row)
        if row.kind is OutboxKind.GONE:
            return Call(method="deleteMessage", params={"message_id": row.alters_message})
        if row.kind is OutboxKind.FADE and row.template:
            return self._edit(here, row.language, row.template, {}, [], row.alters_message or 0, "text")
        if row.kind is OutboxKind.FADE:
            return Call(method="editMessageReplyMarkup", params={"message_id": row.alters_message})
        if row.kind is OutboxKind.ALTER:
            return self._alter(here, row, kept)
        picture = await pictures.get(tx, kept["picture"]) if kept.get("picture") else None
        if kept.get("keys"):
            kept = kept | {"k": await keyboard_of(tx, here, await people.get(tx, row.person_id or 0))}
        return self._say(here, row, row.template or "", kept, picture)

    async def _offer_commands(self, tx: Transaction, row: Outgoing) -> Call:
        """The menu of commands for one person's roles."""
        roles = await permissions.roles_of(tx, await people.get(tx, row.person_id or 0))
        listed = offered(self._texts, row.language, self._commands, roles=roles)
        scope = {"type": "chat", "chat_id": row.chat_id}
        return Call(method="setMyCommands", params={"commands": listed, "scope": scope}, to_chat=False)

    def _words(self, here: Here, language: str, template: str, context: Json, limit: int) -> str:
        return self._texts.render(language, template, context, now=here.now, limit=limit)

    def _say(self, here: Here, row: Outgoing, template: str, kept: Json, picture: Picture | None = None) -> Call:
        media, document = kept.get("media"), kept.get("document")
        if picture is not None and picture.file_id:
            media = ["photo", picture.file_id]
        limit = CAPTION if media or document or picture else TEXT
        page = self._words(here, row.language, template, kept["c"], limit)
        params: Json = {"parse_mode": "HTML"}
        if kept.get("b"):
            params["reply_markup"] = inline(self._texts, row.language, kept["b"], bot=self._bot)
        elif "k" in kept:
            params["reply_markup"] = menu(self._texts, row.language, kept["k"])
        if kept.get("reply_to"):
            params["reply_parameters"] = {"message_id": kept["reply_to"], "allow_sending_without_reply": True}
        if document:
            content = base64.b64decode(document["base64"]) if "base64" in document else document["text"].encode()
            files = {"document": (document["name"], content)}
            return Call(method="sendDocument", params={**params, "caption": page}, files=files)
        if picture is not None and picture.png:
            files = {"photo": ("chart.png", picture.png)}
            return Call(method="sendPhoto", params={**params, "caption": page}, files=files, picture=picture.id)
        if media:
            kind, file = media
            return Call(method=f"send{kind.title()}", params={**params, kind: file, "caption": page}, form="photo")
        return Call(
            method="sendMessage",
            params={**params, "text": page, "link_preview_options": {"is_disabled": True}},
        )

    def _alter(self, here: Here, row: Outgoing, kept: Json) -> Call | None:
        message_id = kept.get("message") or row.alters_message
        if message_id is None:
            return None
        return self._edit(
            here,
            row.language,
            row.template or "",
            kept["c"],
            kept.get("b", []),
            message_id,
            kept.get("form", "text"),
        )

    def _edit(
        self,
        here: Here,
        language: str,
        template: str,
        context: Json,
        rows: list[list[Json]],
        message_id: int,
        form: str,
    ) -> Call:
        caption = form == "photo"
        page = self._words(here, language, template, context, CAPTION if caption else TEXT)
        params: Json = {
            "message_id": message_id,
            "caption" if caption else "text": page,
            "parse_mode": "HTML",
            "reply_markup": inline(self._texts, language, rows, bot=self._bot),
        }
        if not caption:
            params["link_preview_options"] = {"is_disabled": True}
        return Call(method="editMessageCaption" if caption else "editMessageText", params=params, form=form)

    async def _card(self, tx: Transaction, here: Here, row: Outgoing, readers: Mapping[int, Person]) -> Call | None:
        reader = readers[row.person_id or 0] if row.group_id is None else await groups.get(tx, row.group_id)
        if row.kind is OutboxKind.EDIT and row.card_message is None:
            return None
        face = await self._cards[row.card_kind or ""](tx, here, row.card_subject or 0, reader)
        if face is None:
            return None
        context, rows = face.text.context(), rows_json(face.buttons)
        if row.kind is OutboxKind.EDIT:
            form = row.card_form or "text"
            call = self._edit(here, row.language, face.text.template, context, rows, row.card_message or 0, form)
        else:
            kept: Json = {"c": context, "b": rows, "media": ["photo", face.photo] if face.photo else None}
            call = self._say(here, row, face.text.template, kept)
        said = {k: call.params.get(k) for k in ("text", "caption", "reply_markup")}
        # Keyed: from a plain hash of a card that is known but for a number, the number could be tried out.
        digest = tx.cipher.digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
        if row.kind is OutboxKind.EDIT and digest == row.card_shown:
            return None
        return Call(method=call.method, params=call.params, files=call.files, form=call.form, digest=digest)
