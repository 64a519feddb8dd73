"""The engine of conversations: sample dialogues as their modules print them, and presses nobody was offered."""

import hashlib
import importlib
import re

import pytest
from dialogue import Dialogue, Forge, Photo, Press, Raw, Reply, Voice, plain
from factories import AQIANG, B3_GROUP, LIU, NAINAI, WU, XIAOHE, XIAOWANG, ZHAO, Room, Speaker, stranger

from handlers import registry
from storage.states import InboxState

FIRE_LANE = (Photo("消防通道又堵了"), Press("✅ 提交"))
NEW_GROUP = Room(id=-3001, title="新群")
_PEOPLE = {"居民": AQIANG, "邻居": LIU, "网格员小王": XIAOWANG, "物业": XIAOHE, "陈奶奶": NAINAI}
# What must have happened before each module's sample begins.
BEFORE: dict[str, tuple[tuple[Speaker, object], ...]] = {
    "join": (),
    "report": (),
    "menu": (),
    "my": (),
    "contacts": (),
    "groups": (),
    "unprompted": (),
    "asides": (),
    "desk": ((AQIANG, FIRE_LANE[0]), (AQIANG, FIRE_LANE[1])),
    "report_desk": ((AQIANG, FIRE_LANE[0]), (AQIANG, FIRE_LANE[1]), (XIAOWANG, Press("属实，派给*"))),
}


def _said(line: str, room: Room | None) -> list[object]:
    """`[照片] words`, `[button] … [button]`, or words."""
    if room and "/report" in line:
        return [Reply("/report", to=Photo("消防通道又堵了"), author=AQIANG)]
    if line.startswith("[照片]"):
        return [Photo(line.removeprefix("[照片]").strip())]
    if line.startswith("[语音]"):
        return [Voice()]
    if line.startswith("["):
        return [Press(label) for label in re.findall(r"\[([^\]]+)\]", line)]
    return [line]


def _fragments(text: str) -> list[str]:
    return [f for f in re.split(r"[\s….。]+|\.\.\.", plain(text)) if f]


def _reads_like(sample: str, shown: str) -> bool:
    """Whether the sample's words are in the text, in order."""
    at, words = 0, plain(shown).replace(" ", "")
    for fragment in _fragments(sample):
        at = words.find(fragment, at)
        if at < 0:
            return False
        at += len(fragment)
    return True


@pytest.mark.parametrize("name", sorted(BEFORE))
async def test_the_sample_dialogue_of_a_module_goes_as_it_is_printed(chat: Dialogue, name: str) -> None:
    _, _, sample = (importlib.import_module(f"handlers.{name}").__doc__ or "").partition("\n")
    lines = re.findall(r"^\s*(\S+?)(\([^)]*\))?: (.+)$", sample, re.MULTILINE)
    assert any(who == "近邻" for who, _, _ in lines)
    for who, said in BEFORE[name]:
        await chat.say(who, said)
    room = B3_GROUP if name == "groups" else None
    speaker = ZHAO if name == "join" else AQIANG
    before = 0

    for who, _, line in lines:
        if who != "近邻":
            speaker = ZHAO if name == "join" else _PEOPLE[who]
            for one in _said(line, room):
                before = len(chat.screen(room or speaker))
                await chat.say(speaker, one, room=room)
            continue
        words, labels = line.split("[")[0], re.findall(r"\[([^\]]+)\]", line)
        new = chat.screen(room or speaker)[before:]
        fitting = [m for m in new if _reads_like(words, m.text)]
        assert fitting, f"{line!r} is not among {[m.text for m in new]}"
        for label in labels:
            assert any(plain(label) in plain(" ".join(m.labels)) for m in fitting), label


async def _fingerprint(chat: Dialogue) -> str:
    """Everything stored, but for the path of the messages themselves and where conversations are."""
    database = chat.town.database
    parts: list[str] = []
    async with database.read() as tx:
        if database.engine == "sqlite":
            tables = await tx.all(str, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        else:
            tables = await tx.all(
                str, "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            )
        for table in tables:
            if table in ("inbox", "outbox", "dialogues", "cards") or table.startswith("sqlite_"):
                continue
            if database.engine == "sqlite":
                columns = await tx.all(str, f"SELECT name FROM pragma_table_info('{table}')")
                row = " || '|' || ".join(f'QUOTE("{c}")' for c in columns)
                rows = await tx.all(object, f'SELECT {row} FROM "{table}"')
            else:
                rows = await tx.all(object, f'SELECT CAST(t AS TEXT) FROM "{table}" t')
            parts += [table, *sorted(str(r) for r in rows)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


# What anybody may do to their own things.
OWN = ("my.", "settings.", "join.move", "sos.yes")


async def _some_matters(chat: Dialogue) -> None:
    """A report of somebody else, and a newcomer who waits to be confirmed."""
    neighbour = await chat.town.resident("小吴", "B3-2-401", verified=False)
    for said in FIRE_LANE:
        await chat.say(neighbour, said)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("action", sorted(a for a in registry.PRESSES if not a.startswith(OWN)))
async def test_a_forged_press_by_a_resident_is_answered_once_and_changes_nothing(chat: Dialogue, action: str) -> None:
    await _some_matters(chat)
    await chat.say(AQIANG, "/menu")
    before = await _fingerprint(chat)

    for data in (f"{action}:1:", f"{action}:999999:x", f"{action}:0:{'字' * 10}", f"{action}:1:property_rongyin"):
        count = len(chat.api.news)
        queries = await chat.say(AQIANG, Forge(data))
        heard = [w for kind, who, w in chat.api.news[count:] if who == AQIANG.id]

        answered = [p for p in chat.api.sent("answerCallbackQuery") if p["callback_query_id"] in queries]
        assert len(answered) == 1, data
        assert heard, data
        await chat.say(AQIANG, "/cancel")
    if action != "report.join":  # a public matter may be followed by everybody
        assert await _fingerprint(chat) == before


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("action", sorted(registry.PRESSES))
async def test_a_forged_press_by_a_stranger_is_answered_once_and_changes_nothing(chat: Dialogue, action: str) -> None:
    await _some_matters(chat)
    who = stranger()
    await chat.say(who, "/help")
    before = await _fingerprint(chat)

    queries = await chat.say(who, Forge(f"{action}:1:x"))

    answered = [p for p in chat.api.sent("answerCallbackQuery") if p["callback_query_id"] in queries]
    assert len(answered) == 1
    assert await _fingerprint(chat) == before


@pytest.mark.parametrize(
    "data", ["", "x", "a:b", "nonsense:1:x", "step.report.preview:0:submit", "step.join:0:", "step.:0:", "step.x.y:0:z",
             "step.report.preview:0:_cancel", "report.accept:٣:", "report.accept:-1:", "字" * 21]
)  # fmt: skip
async def test_callback_data_of_nobodys_making_is_answered_and_changes_nothing(chat: Dialogue, data: str) -> None:
    await chat.say(AQIANG, "/menu")
    before = await _fingerprint(chat)

    await chat.play(AQIANG, [(Forge(data), "*")])

    assert await _fingerprint(chat) == before


async def test_a_press_without_its_message_is_answered(chat: Dialogue) -> None:
    query = {"id": "77", "from": {"id": AQIANG.id, "is_bot": False, "first_name": "x"}, "chat_instance": "1"}

    await chat.say(AQIANG, Raw({"callback_query": {**query, "inline_message_id": "m", "data": "my.keep:0:"}}))

    assert len(chat.heard(AQIANG)) == 1


async def test_a_conversation_that_interrupts_another_leads_back_to_it(chat: Dialogue) -> None:
    for said in FIRE_LANE:
        await chat.say(AQIANG, said)
    await chat.play(WU, [("/desk", "*"), (Press("🚒 0001*"), "🚒*"), ("/report", "怎么了*")])

    await chat.play(
        WU,
        [
            (Press("退回"), "0001 为什么退回*"),
            ("重复了", ["0001 已退回*", "接着刚才的*", "怎么了*"]),
            ("/cancel", "好，不办了*"),
        ],
    )


async def test_cancelling_what_interrupts_leads_back_as_well(chat: Dialogue) -> None:
    for said in FIRE_LANE:
        await chat.say(AQIANG, said)
    await chat.play(WU, [("/desk", "*"), (Press("🚒 0001*"), "🚒*"), ("/report", "怎么了*")])

    await chat.play(
        WU, [(Press("📌 派单"), "0001 派给谁*"), (Press("❌ 取消"), ["好，不办了*", "接着刚才的*", "怎么了*"])]
    )


async def test_a_conversation_of_a_program_that_is_no_more_is_passed_over(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/report", "怎么了*")])
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE dialogues SET step = 'of_old'")

    await chat.play(AQIANG, [("/menu", "有什么事*"), ("那个", "这个我没看懂*"), ("/report", "怎么了*")])


async def test_a_refusal_in_mid_conversation_keeps_the_draft(chat: Dialogue) -> None:
    await chat.play(
        ZHAO, [("/start d_" + (await chat.town.place("B3-2-101")).door, ["您好*", "您住*"]), ("字" * 40, "*40*30*")]
    )

    await chat.play(ZHAO, [("小赵", "留个电话*")])


async def test_every_update_of_a_long_talk_is_done_and_none_is_left(chat: Dialogue) -> None:
    for said in (*FIRE_LANE, "/my", "/who", "/privacy", "/settings", "/help", Photo(), "/cancel"):
        await chat.say(AQIANG, said)

    assert await chat.town.count("inbox", f"state <> '{InboxState.DONE}'") == 0
    assert await chat.town.count("outbox", "state NOT IN ('sent', 'dropped')") == 0
