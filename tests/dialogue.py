"""Plays conversations through the real application: inbox, worker, handlers, use cases, outbox, renderer.

    await chat.play(AQIANG, [
        (Photo("消防通道又堵了"), "这样登记对吗*"),
        (Press("✅ 提交"), ["登记好了*", "🚒*"]),
    ])

Each pair is what somebody says and every answer they get, in order: new messages and pop-ups; silence fails,
and so does an answer more. `*` stands for anything; half- and full-width signs count alike. What is
edited is not counted; `Edited("…")` asks for it. What others got: `chat.heard(XIAOWANG)`.
"""

import asyncio
import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from factories import Room, Speaker, Town
from fake_api import FakeApi, Shown, Toast, chat_json
from telegram import User

from bot import inbox
from bot.application import DUE, conversation
from bot.limits import Limits
from bot.outbox import Sender
from bot.scheduler import Scheduler
from bot.worker import Worker
from community.emergency_switch import holds
from handlers import registry
from handlers.render import Renderer
from handlers.texts import Texts
from storage.queries import timers

ME = User(id=1, first_name="近邻", is_bot=True, username="jinlin_bot")
_updates = itertools.count(1)
_queries = itertools.count(1)


@dataclass(frozen=True)
class Photo:
    """A photo, with words or without; photos of one `album` are sent in a list."""

    caption: str = ""
    album: str = ""
    file: str = "photo"
    as_file: bool = False


@dataclass(frozen=True)
class Voice:
    """A voice message."""

    file: str = "voice"


@dataclass(frozen=True)
class Video:
    """A video."""

    caption: str = ""
    file: str = "video"


@dataclass(frozen=True)
class Location:
    """A place on the map."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Contact:
    """A phone number: one's own, or a card of somebody else."""

    phone: str
    own: bool = True


@dataclass(frozen=True)
class Sticker:
    """Nothing that says anything."""


@dataclass(frozen=True)
class Press:
    """A button before one's eyes, the latest of that label (`*` stands for anything); a link is followed."""

    label: str


@dataclass(frozen=True)
class Forge:
    """Callback data as nobody was offered it, pressed on the latest message."""

    data: str


@dataclass(frozen=True)
class Reply:
    """Words in answer to a message that somebody sent to the group."""

    text: str
    to: object
    author: Speaker


@dataclass(frozen=True)
class Correction:
    """An earlier message, changed."""

    text: str


@dataclass(frozen=True)
class Raw:
    """An update as it is; its number is added."""

    update: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Edited:
    """In the expected answers: a message that was changed in place."""

    text: str


@dataclass(frozen=True)
class Popup:
    """In the expected answers: what pops up over the pressed button, not a message."""

    text: str


SILENCE: tuple[()] = ()
"""The answer when there must be none."""


def plain(text: str) -> str:
    """Half- and full-width signs alike, runs of white space as one blank."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def like(pattern: str, text: str) -> bool:
    """Whether a text is as expected; `*` stands for anything."""
    parts = [re.escape(part) for part in plain(pattern).split("*")]
    return re.fullmatch(".*".join(parts), plain(text), re.DOTALL) is not None


@functools.cache
def _texts(folder: Path, zone: ZoneInfo) -> Texts:
    """Compiled once for all tests; nothing changes them."""
    return Texts(overrides=folder, zone=zone)


class Dialogue:
    """A running bot, whose people talk through `play`."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.clock = town.clock
        self.api = FakeApi()
        self.texts = _texts(Path(town.neighbourhood.texts), town.here().zone)
        self.application = conversation(me=ME, token="1:test", texts=self.texts)
        self.monotonic = 1000.0
        self.worker = Worker(
            database=town.database,
            application=self.application,
            texts=self.texts,
            clock=town.clock,
            here=town.here,
            monotonic=lambda: self.monotonic,
        )
        self.sender = self.fresh_sender()
        self.scheduler = Scheduler(database=town.database, clock=town.clock, due=DUE, holds=holds, here=town.here)
        self.patient = False  # True: updates may be set aside and messages fail without failing the test
        self._heard: dict[int, int] = {}
        self._last_said: dict[int, dict[str, Any]] = {}

    def fresh_sender(self) -> Sender:
        """One that has sent nothing yet."""
        return Sender(
            database=self.town.database,
            transport=self.api,
            renderer=Renderer(texts=self.texts, cards=registry.CARDS, commands=registry.COMMANDS, bot="jinlin_bot"),
            limits=Limits(rate=0),
            here=self.town.here,
            monotonic=lambda: self.monotonic,
        )

    async def start(self) -> "Dialogue":
        """Make the application ready."""
        await self.application.initialize()
        return self

    async def stop(self) -> None:
        """Give it back."""
        await self.application.shutdown()

    async def play(self, who: Speaker, exchanges: Sequence[tuple[object, object]], *, room: Room | None = None) -> None:
        """Say each line and compare every answer, in private chat or in a group."""
        for said, answered in exchanges:
            before = len(self.api.news)
            queries = await self.say(who, said, room=room)
            self._compare(who, room, said, answered, before, queries)

    async def say(self, who: Speaker, said: object, *, room: Room | None = None) -> list[str]:
        """Say something (a list: at once) and let everything settle; the presses that wait for an answer."""
        several = said if isinstance(said, list) else [said]
        made = [self.update(who, one, room=room) for one in several]
        await self.receive(*made)
        await self.settle()
        return [u["callback_query"]["id"] for u in made if "callback_query" in u]

    async def receive(self, *updates: dict[str, Any]) -> None:
        """Store updates as the poller does."""
        await inbox.keep(self.town.database, self.clock, bot_id=1, updates=updates)

    async def settle(self) -> None:
        """Handle what waits and send what is to be said."""
        while await self.worker.step():
            pass
        await self.drain()
        if not self.patient:
            await self._nothing_failed()

    async def drain(self) -> None:
        """Send until nothing more goes out now."""
        idle = 0
        while idle < 2:
            before = len(self.api.calls)
            await self.sender.cycle()
            await asyncio.sleep(0)
            idle = idle + 1 if len(self.api.calls) == before else 0

    async def advance(self, **how_far: float) -> None:
        """Let time pass: whatever falls due on the way happens at its time, and what it says is sent."""
        target = self.clock.at + timedelta(**how_far)
        while True:
            async with self.town.database.read() as tx:
                due = await timers.next_due(tx)
            if due is None or due > target:
                break
            self.clock.at = max(self.clock.at, due)
            while await self.scheduler.step():
                pass
            await self.drain()
        self.clock.at = target
        await self.settle()

    def heard(self, whom: Speaker | Room) -> list[str]:
        """The new messages and pop-ups somebody got since this was last asked or compared."""
        start = self._heard.get(whom.id, 0)
        self._heard[whom.id] = len(self.api.news)
        return [
            what.text
            for kind, chat, what in self.api.news[start:]
            if chat == whom.id and kind in ("said", "toast") and what.text
        ]

    def screen(self, whom: Speaker | Room) -> list[Shown]:
        """Every message of the bot in somebody's chat as it looks now."""
        return self.api.shown(whom.id)

    def last(self, whom: Speaker | Room) -> Shown:
        """The latest of them."""
        return self.screen(whom)[-1]

    def card(self, whom: Speaker | Room, pattern: str) -> Shown:
        """The latest message that reads like this."""
        return next(m for m in reversed(self.screen(whom)) if like(pattern, m.text))

    def buttons(self, whom: Speaker | Room) -> list[str]:
        """The labels under the latest message that has any."""
        return next((m.labels for m in reversed(self.screen(whom)) if m.labels), [])

    def keys(self, whom: Speaker) -> list[str]:
        """The keys of the reply keyboard."""
        return [key["text"] for key in self.api.keyboard(whom.id)]

    def _compare(
        self, who: Speaker, room: Room | None, said: object, answered: object, before: int, queries: list[str]
    ) -> None:
        news = self.api.news[before:]
        chats = {who.id, room.id} if room else {who.id}
        mine = [(kind, what) for kind, chat, what in news if chat in chats]
        self._heard[who.id] = len(self.api.news)
        if room:
            self._heard[room.id] = len(self.api.news)
        got: list[Shown | Toast] = [w for kind, w in mine if kind == "said" or (kind == "toast" and w.text)]
        edited = [w.text for kind, w in mine if kind == "edited"]
        wanted = list(answered) if isinstance(answered, list | tuple) else [answered]
        edits = [w for w in wanted if isinstance(w, Edited)]
        texts = [w for w in wanted if not isinstance(w, Edited)]
        seen = "\n".join(
            [
                *(f"  {'(pop-up) ' if isinstance(g, Toast) else ''}{g.text} {getattr(g, 'labels', '')}" for g in got),
                *(f"  (edited) {e}" for e in edited),
            ]
        )
        assert len(got) == len(texts), (
            f"{who.name} said {said!r} and expected {len(texts)} answers, got {len(got)}:\n{seen or '  silence'}"
        )
        for expected, shown in zip(texts, got, strict=True):
            words = expected.text if isinstance(expected, Popup) else str(expected)
            right = like(words, shown.text) and (isinstance(shown, Toast) or not isinstance(expected, Popup))
            assert right, f"{who.name} said {said!r} and expected {expected!r}, got:\n{seen}"
        for one in edits:
            assert any(like(one.text, e) for e in edited), (
                f"{who.name} said {said!r} and expected the edit {one.text!r}, got:\n{seen or '  silence'}"
            )
        if wanted:
            assert got or edits, f"{who.name} said {said!r} and got silence"
        for query in queries:
            count = sum(p["callback_query_id"] == query for p in self.api.sent("answerCallbackQuery"))
            assert count == 1, f"{who.name} pressed {said!r}, whose button was answered {count} times"

    async def _nothing_failed(self) -> None:
        async with self.town.database.read() as tx:
            errors = await tx.all(
                str,
                "SELECT 'an update was set aside: ' || error FROM inbox WHERE state = 'poison' UNION ALL "
                "SELECT 'a message failed: ' || COALESCE(template, '') || ' ' || error FROM outbox "
                "WHERE state = 'failed'",
            )
        assert not errors, errors

    # What people send, as Telegram writes it.

    def update(self, who: Speaker, said: object, *, room: Room | None = None) -> dict[str, Any]:
        """The raw update of something said or pressed."""
        number = next(_updates)
        if isinstance(said, Raw):
            return {"update_id": number, **said.update}
        if isinstance(said, Press):
            return {"update_id": number, **self._pressed(who, said, room)}
        if isinstance(said, Forge):
            shown = self.screen(room or who)
            message = shown[-1] if shown else Shown(chat_id=(room or who).id, id=1)
            return {"update_id": number, **self._query(who, message, said.data)}
        if isinstance(said, Correction):
            earlier = self._last_said.get(who.id) or self.message(who, "…", room=room)
            return {"update_id": number, "edited_message": {**earlier, "text": said.text, "edit_date": self._date()}}
        return {"update_id": number, "message": self.message(who, said, room=room)}

    def message(self, who: Speaker, said: object, *, room: Room | None = None) -> dict[str, Any]:
        """The raw message of something said."""
        title = {"title": room.title} if room else {}
        made: dict[str, Any] = {
            "message_id": self.api.next_message_id(),
            "date": self._date(),
            "chat": {**chat_json(room.id if room else who.id), **title},
            "from": self._user(who),
        }
        made |= self._content(who, said)
        if isinstance(said, Reply):
            made["reply_to_message"] = self.message(said.author, said.to, room=room)
        self._last_said[who.id] = made
        return made

    def _content(self, who: Speaker, said: object) -> dict[str, Any]:
        match said:
            case str() | Reply():
                text = said if isinstance(said, str) else said.text
                command = re.match(r"/\w+(@\w+)?|@\w+", text)
                kind = "mention" if text.startswith("@") else "bot_command"
                entity = {"type": kind, "offset": 0, "length": len(command[0])} if command else {}
                return {"text": text, **({"entities": [entity]} if entity else {})}
            case Photo(caption, album, file, as_file):
                extra = {k: v for k, v in (("caption", caption), ("media_group_id", album)) if v}
                ids = {"file_id": file, "file_unique_id": file}
                if as_file:
                    return {"document": {**ids, "mime_type": "image/jpeg"}, **extra}
                return {"photo": [{**ids, "width": 90, "height": 60}], **extra}
            case Voice(file):
                return {"voice": {"file_id": file, "file_unique_id": file, "duration": 3}}
            case Video(caption, file):
                ids = {"file_id": file, "file_unique_id": file, "width": 9, "height": 9, "duration": 3}
                return {"video": ids, **({"caption": caption} if caption else {})}
            case Location(latitude, longitude):
                return {"location": {"latitude": latitude, "longitude": longitude}}
            case Contact(phone, own):
                card = {"phone_number": phone, "first_name": who.name}
                return {"contact": card | ({"user_id": who.id} if own else {})}
            case Sticker():
                ids = {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 9, "height": 9}
                return {"sticker": {**ids, "is_animated": False, "is_video": False}}
        raise TypeError(said)

    def _pressed(self, who: Speaker, press: Press, room: Room | None) -> dict[str, Any]:
        chat = (room or who).id
        for message, one in self.api.inline(chat):
            if like(press.label, one["text"]):
                if "url" in one:
                    return {"message": self.message(who, "/start " + one["url"].rpartition("start=")[2])}
                return self._query(who, message, one["callback_data"])
        for key in self.api.keyboard(chat):
            if like(press.label, key["text"]):
                said: object = Contact("13900005555") if key.get("request_contact") else key["text"]
                return {"message": self.message(who, said, room=room)}
        offered = [one["text"] for _, one in self.api.inline(chat)] + [k["text"] for k in self.api.keyboard(chat)]
        raise AssertionError(f"{who.name} sees no button {press.label!r}, only {offered}")

    def _query(self, who: Speaker, message: Shown, data: str) -> dict[str, Any]:
        query = str(next(_queries))
        self.api.queries[query] = who.id
        return {
            "callback_query": {
                "id": query,
                "from": self._user(who),
                "message": message.raw(self._date()),
                "chat_instance": "1",
                "data": data,
            }
        }

    def _user(self, who: Speaker) -> dict[str, Any]:
        return {"id": who.id, "is_bot": False, "first_name": who.name, "language_code": who.language}

    def _date(self) -> int:
        return int(self.clock.now().timestamp())
