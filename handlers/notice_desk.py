"""📣 通知: the last notices once more, ✅ 收到, and for who sent them: pause, stop, correct.

居民: [📣 通知]
近邻: 最近的通知,点开再看:  [6月10日 明天停水…]
社区吴主任: [✏️ 修改]
近邻: 请把整条通知重新写一遍,已经收到的人会看到更正后的。
社区吴主任: 明天 8:00-18:00 停水。
近邻: 📣 通知 · 榕荫社区 明天 8:00-18:00 停水。(已更正)
近邻: 就这样更正吗?  [📣 发送] [❌ 取消]
"""

from dataclasses import dataclass

from telegram import Update

from community import notices, permissions
from community.tell import Text
from handlers.buttons import Button, Press, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin
from handlers.notice import NotUsable
from handlers.notice_cards import face
from handlers.said import Kind, Said
from storage.records import Json, Notice
from storage.states import NoticeState

_LISTED = 5


@dataclass(frozen=True, kw_only=True)
class Latest(Text, template="notice/latest"):
    """The last notices: those one got, and those one has sent."""

    got: bool
    sent: bool


@dataclass(frozen=True, kw_only=True)
class AskNewWords(Text, template="notice/ask_new_words"):
    """What shall stand there instead?"""

    photo: bool


@dataclass(frozen=True, kw_only=True)
class AskCorrect(Text, template="notice/ask_correct"):
    """Shall it be corrected like this? `people` have it already."""

    people: int


@dataclass(frozen=True, kw_only=True)
class Corrected(Text, template="notice/corrected"):
    """The new words take the place of the old ones."""

    number: int
    people: int


async def show(_: Update, turn: Turn) -> None:
    """`/notices` or 📣 通知"""
    got = await notices.got_by(turn.tx, turn.person, limit=_LISTED)
    sent = await notices.sent_by(turn.tx, turn.person, limit=_LISTED)
    buttons = [
        [_named(turn, "open_notice" if share.receipt_at else "open_unread", "notice.open", n)] for n, share in got
    ]
    buttons += [[_named(turn, "open_progress", "notice.progress", n)] for n in sent]
    if await notices.offices(turn.tx, turn.person):
        buttons.append([button("write_notice", "notice.write")])
    await turn.say(Latest(got=bool(got), sent=bool(sent)), buttons=buttons)


def _named(turn: Turn, label: str, action: str, notice: Notice) -> Button:
    local = notice.created_at.astimezone(turn.here.zone)
    words = " ".join(permissions.own_words(turn.tx, notice.words).split())
    return button(label, action, notice.id, month=local.month, day=local.day, words=words[:40])


async def open_again(_: Update, turn: Turn, press: Press) -> None:
    """Bring a notice down to the end of the chat."""
    await notices.show_again(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def open_progress(_: Update, turn: Turn, press: Press) -> None:
    """Bring the progress card down to the end of the chat."""
    await notices.show_progress(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def receive(_: Update, turn: Turn, press: Press) -> None:
    """✅ 收到"""
    await notices.receive(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def pause(_: Update, turn: Turn, press: Press) -> None:
    """⏸ 暂停"""
    await notices.turn_to(turn.tx, turn.here, turn.person, press.subject, state=NoticeState.PAUSED)
    await turn.answer()


async def go_on(_: Update, turn: Turn, press: Press) -> None:
    """▶️ 继续"""
    await notices.turn_to(turn.tx, turn.here, turn.person, press.subject, state=NoticeState.SENDING)
    await turn.answer()


async def stop(_: Update, turn: Turn, press: Press) -> None:
    """⏹ 停止"""
    await notices.turn_to(turn.tx, turn.here, turn.person, press.subject, state=NoticeState.STOPPED)
    await turn.answer()


async def start_correcting(_: Update, turn: Turn, press: Press) -> None:
    """✏️ 修改 on the progress card"""
    notice = await notices.managed(turn.tx, turn.person, press.subject)
    await turn.answer()
    await begin(turn, FLOW, draft={"notice": notice.id, "words": ""})


async def ask_words(turn: Turn, draft: Json) -> None:
    """All of it anew; a photo stays."""
    notice = await notices.managed(turn.tx, turn.person, draft["notice"])
    await turn.say(AskNewWords(photo=bool(notice.photo)), buttons=[FLOW.ways_out("words", back=False)])


async def take_words(turn: Turn, draft: Json, said: Said) -> str | None:
    """Words only."""
    if said.kind is not Kind.TEXT:
        raise AskAgain(NotUsable(what="words"))
    notice = await notices.managed(turn.tx, turn.person, draft["notice"])
    draft["words"] = notices.check_words(said.text, photo=bool(notice.photo))
    return "confirm" if draft["words"] else "words"


async def ask_confirm(turn: Turn, draft: Json) -> None:
    """The notice as it will be seen."""
    notice = await notices.managed(turn.tx, turn.person, draft["notice"])
    text = await face(
        turn.tx,
        turn.here,
        office_id=notice.office_id,
        place_id=notice.place_id,
        words=draft["words"],
        at=notice.created_at,
        corrected=True,
    )
    await turn.say(text, media=("photo", notice.photo) if notice.photo else None)
    buttons = [[FLOW.choice("confirm", "send", "send_notice")], FLOW.ways_out("confirm")]
    await turn.say(AskCorrect(people=notice.delivered), buttons=buttons)


async def take_confirm(turn: Turn, draft: Json, said: Said) -> str | None:
    """📣 发送; other words take the place of these."""
    if said.kind is not Kind.PRESS:
        return await take_words(turn, draft, said)
    if said.text != "send":
        raise AskAgain(NotUsable(what="press"))
    notice = await notices.correct(turn.tx, turn.here, turn.person, draft["notice"], words=draft["words"])
    await turn.say(Corrected(number=notice.id, people=notice.delivered))
    return None


FLOW = Flow(
    name="notice_correct",
    steps={
        "words": Step(ask=ask_words, take=take_words),
        "confirm": Step(ask=ask_confirm, take=take_confirm),
    },
)
COMMANDS = {"notices": show}
KEYS = {"key_notices": show}
PRESSES = {
    "notice.open": open_again,
    "notice.progress": open_progress,
    "notice.receive": receive,
    "notice.pause": pause,
    "notice.go_on": go_on,
    "notice.stop": stop,
    "notice.correct": start_correcting,
}
