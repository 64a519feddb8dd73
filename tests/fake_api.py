"""The outer edge, faked: a Bot API that remembers what every chat sees and can be told to refuse."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.transport import ApiError, Rejected, Transport


@dataclass(kw_only=True)
class Shown:
    """A message of the bot as its chat sees it now."""

    chat_id: int
    id: int
    markup: str = ""
    buttons: list[list[dict[str, str]]] = field(default_factory=list)
    keyboard: list[list[dict[str, Any]]] | None = None
    photo: str = ""
    media: str = ""  # photo, voice, video, document
    document: tuple[str, bytes] | None = None
    replies_to: int | None = None
    edits: int = 0

    @property
    def text(self) -> str:
        """Without markup, as it is read."""
        return html.unescape(re.sub(r"<[^>]*>", "", self.markup))

    @property
    def labels(self) -> list[str]:
        """Its buttons in reading order."""
        return [b["text"] for row in self.buttons for b in row]

    def raw(self, date: int) -> dict[str, Any]:
        """As Telegram quotes it in a callback query."""
        message: dict[str, Any] = {
            "message_id": self.id,
            "date": date,
            "chat": chat_json(self.chat_id),
            "from": {"id": 1, "is_bot": True, "first_name": "近邻", "username": "jinlin_bot"},
        }
        if self.photo:
            size = {"file_id": self.photo, "file_unique_id": self.photo, "width": 8, "height": 8}
            return message | {"photo": [size], "caption": self.text}
        return message | {"text": self.text or "…"}


@dataclass(frozen=True, kw_only=True)
class Toast:
    """The answer to a press: what pops up, or nothing."""

    query: str
    text: str = ""
    alert: bool = False


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call the bot made."""

    method: str
    params: dict[str, Any]


def chat_json(chat_id: int) -> dict[str, Any]:
    """A chat as updates name it."""
    if chat_id > 0:
        return {"id": chat_id, "type": "private", "first_name": "x"}
    return {"id": chat_id, "type": "supergroup", "title": "群"}


class FakeApi(Transport):
    """In the transport's place: records calls, shows messages, and refuses what it is told to."""

    def __init__(self) -> None:
        super().__init__(api_url="http://127.0.0.1:9", token="1:test")
        self.calls: list[Call] = []
        self.chats: dict[int, list[Shown]] = {}
        self.news: list[tuple[str, int, Shown | Toast]] = []  # ("said" | "edited" | "toast", chat, what)
        self.queries: dict[str, int] = {}  # who waits for the answer to which press
        self.updates: list[dict[str, Any]] = []
        self._refusals: list[tuple[ApiError, str | None, int | None]] = []
        self._next = 100

    def forget(self) -> None:
        """As on the first day."""
        self.calls, self.chats, self.news, self.queries, self._refusals = [], {}, [], {}, []

    def refuse(self, error: ApiError, *, method: str | None = None, chat_id: int | None = None, times: int = 1) -> None:
        """Answer the next calls (of that method, to that chat) with an error."""
        self._refusals += [(error, method, chat_id)] * times

    def relent(self) -> None:
        """Refuse nothing any more."""
        self._refusals.clear()

    def sent(self, method: str | None = None) -> list[dict[str, Any]]:
        """The parameters of the calls made so far."""
        return [c.params for c in self.calls if method in (None, c.method)]

    def shown(self, chat_id: int) -> list[Shown]:
        """What a chat shows, oldest first."""
        return self.chats.get(chat_id, [])

    def find(self, chat_id: int, message_id: int) -> Shown | None:
        """One message of a chat."""
        return next((m for m in self.shown(chat_id) if m.id == message_id), None)

    def next_message_id(self) -> int:
        """A number for a message of a person's own."""
        self._next += 1
        return self._next

    async def call(
        self,
        method: str,
        params: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        seconds: float = 20.0,
    ) -> Any:
        self.calls.append(Call(method=method, params=params))
        for number, (error, only, chat_id) in enumerate(self._refusals):
            if only in (None, method) and chat_id in (None, params.get("chat_id")):
                del self._refusals[number]
                raise error
        if method == "answerCallbackQuery":
            toast = Toast(
                query=params["callback_query_id"], text=params.get("text", ""), alert=params.get("show_alert", False)
            )
            self.news.append(("toast", self.queries.get(toast.query, 0), toast))
            return True
        if method == "deleteMessage":
            kept = [m for m in self.shown(params["chat_id"]) if m.id != params["message_id"]]
            if len(kept) == len(self.shown(params["chat_id"])):
                raise Rejected("Bad Request: message to delete not found")
            self.chats[params["chat_id"]] = kept
            return True
        if method.startswith("edit"):
            return self._edit(method, params)
        if method.startswith("send"):
            return self._send(method, params, files or {})
        if method == "getMe":
            return {"id": 1, "is_bot": True, "first_name": "近邻", "username": "jinlin_bot"}
        return True

    def _send(self, method: str, params: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> dict[str, Any]:
        markup = params.get("reply_markup") or {}
        kind = method.removeprefix("send").lower()
        message = Shown(
            chat_id=params["chat_id"],
            id=self.next_message_id(),
            markup=params.get("text") or params.get("caption") or "",
            buttons=markup.get("inline_keyboard", []),
            keyboard=[] if markup.get("remove_keyboard") else markup.get("keyboard"),
            photo=str(params.get("photo", "")) or ("uploaded" if kind == "photo" else ""),
            media="" if kind == "message" else kind,
            document=files.get("document"),
            replies_to=(params.get("reply_parameters") or {}).get("message_id"),
        )
        self.chats.setdefault(message.chat_id, []).append(message)
        self.news.append(("said", message.chat_id, message))
        sizes = {"photo": [{"file_id": message.photo, "width": 8, "height": 8}]} if kind == "photo" else {}
        return {"message_id": message.id, **sizes}

    def _edit(self, method: str, params: dict[str, Any]) -> Any:
        message = self.find(params["chat_id"], params["message_id"])
        if message is None:
            raise Rejected("Bad Request: message to edit not found")
        buttons = (params.get("reply_markup") or {}).get("inline_keyboard", [])
        if method == "editMessageReplyMarkup":
            message.buttons = buttons
            return {"message_id": message.id}
        markup = params.get("text") or params.get("caption") or ""
        if (markup, buttons) == (message.markup, message.buttons):
            raise Rejected("Bad Request: message is not modified")
        message.markup, message.buttons, message.edits = markup, buttons, message.edits + 1
        self.news.append(("edited", message.chat_id, message))
        return {"message_id": message.id}

    def inline(self, chat_id: int) -> Iterator[tuple[Shown, dict[str, str]]]:
        """The buttons a person has before their eyes, the latest message first."""
        for message in reversed(self.shown(chat_id)):
            for row in message.buttons:
                for one in row:
                    yield message, one

    def keyboard(self, chat_id: int) -> list[dict[str, Any]]:
        """The keys of the reply keyboard now."""
        for message in reversed(self.shown(chat_id)):
            if message.keyboard is not None:
                return [key for row in message.keyboard for key in row]
        return []
