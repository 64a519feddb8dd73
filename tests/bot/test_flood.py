"""Floods: whoever sends faster than a person can is told so now and then, and nobody else notices."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dialogue import Dialogue, Forge, Photo, Press
from factories import AQIANG, B3_GROUP, LIU, NAINAI, Speaker
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flood import BURST, DEBT, Gate, Verdict
from storage.records import Waiting

NOW = datetime(2025, 6, 10, 1, 0, tzinfo=UTC)
TOO_FAST = "您发得太快*没有收下*请歇十秒*社区电话*"


def row(number: int, payload: dict[str, Any], *, at: float = 0.0, tries: int = 0) -> Waiting:
    return Waiting(id=number, lane=7, payload=payload, tries=tries, received_at=NOW + timedelta(seconds=at))


def words(at: float = 0.0, *, account: int = 7, chat: str = "private", **more: Any) -> dict[str, Any]:
    date = int(NOW.timestamp() + at)
    return {"message": {"date": date, "chat": {"id": account, "type": chat}, "from": {"id": account}, **more}}


def press(account: int = 7) -> dict[str, Any]:
    chat = {"id": account, "type": "private"}
    return {"callback_query": {"id": "1", "from": {"id": account}, "message": {"chat": chat, "date": 1}}}


def taken(verdicts: list[Verdict]) -> int:
    return verdicts.count(Verdict.TAKEN)


def judged(gate: Gate, payloads: list[tuple[float, dict[str, Any]]], *, now: datetime = NOW) -> list[Verdict]:
    return [gate.judge(row(n, p, at=at), now=now + timedelta(seconds=at)) for n, (at, p) in enumerate(payloads)]


def test_a_thousand_messages_in_a_minute_are_taken_as_a_burst_and_told_a_few_times() -> None:
    verdicts = judged(Gate(), [(n * 0.06, words(n * 0.06)) for n in range(1000)])

    assert BURST <= taken(verdicts) <= BURST + 3
    assert verdicts.count(Verdict.REFUSED_ALOUD) == 2


def test_whoever_waits_as_long_as_they_were_asked_to_is_taken_again() -> None:
    gate = Gate()
    judged(gate, [(0.0, words())] * 200)

    again = gate.judge(row(999, words(DEBT + 1), at=DEBT + 1), now=NOW)

    assert again is Verdict.TAKEN


def test_a_person_at_their_fastest_is_always_taken() -> None:
    """Three albums at once; five presses a second for six seconds; a message every second all day."""
    albums = [(n / 30, words(media_group_id=f"a{n // 10}")) for n in range(60)]
    presses = [(n / 5, press()) for n in range(30)]
    steady = [(n * 1.0, words(n * 1.0)) for n in range(5000)]

    for said in (albums, presses, steady):
        assert taken(judged(Gate(), said)) == len(said)


def test_albums_are_no_way_round() -> None:
    verdicts = judged(Gate(), [(n * 0.06, words(n * 0.06, media_group_id=f"a{n // 10}")) for n in range(1000)])

    assert taken(verdicts) < 500


def test_what_was_sent_over_an_hour_and_comes_at_once_is_taken() -> None:
    verdicts = judged(Gate(), [(0.0, words(n * 60.0)) for n in range(60)])

    assert taken(verdicts) == 60


def test_what_was_pressed_over_an_hour_and_comes_at_once_with_what_others_said_is_taken() -> None:
    hour = [one for n in range(60) for one in ((0.0, words(n * 60.0 - 3600, account=8)), (0.0, press()))]

    assert taken(judged(Gate(), hour)) == 120


def test_a_flood_of_presses_is_one_among_messages_of_others_too() -> None:
    minute = [one for n in range(1000) for one in ((n * 0.06, words(n * 0.06, account=n)), (n * 0.06, press(-7)))]

    assert taken(judged(Gate(), minute)) <= 1000 + BURST + 3


def test_a_flood_that_comes_after_an_outage_is_still_told_about_once_only() -> None:
    gate = Gate()

    verdicts = [gate.judge(row(n, words(n * 0.06)), now=NOW) for n in range(5000)]

    assert verdicts.count(Verdict.REFUSED_ALOUD) == 1


def test_everybody_has_a_measure_of_their_own() -> None:
    gate = Gate()
    judged(gate, [(0.0, words(account=7))] * 500)

    assert gate.judge(row(1000, words(account=8)), now=NOW) is Verdict.TAKEN
    assert gate.judge(row(1001, press(account=7)), now=NOW) is Verdict.TAKEN


def test_those_who_speak_as_a_group_are_told_apart_by_it() -> None:
    gate = Gate()
    anonymous = {"id": 1087968824}
    judged(gate, [(0.0, words(account=-5, chat="supergroup", sender_chat={"id": -5}) | {})] * 500)
    other = words(account=-6, chat="supergroup", sender_chat={"id": -6})
    other["message"]["from"] = anonymous

    assert gate.judge(row(1000, other), now=NOW) is Verdict.TAKEN


def test_in_a_group_nothing_is_said_about_it() -> None:
    verdicts = judged(Gate(), [(0.0, words(chat="supergroup"))] * 200)

    assert set(verdicts) == {Verdict.TAKEN, Verdict.REFUSED}


def test_who_blocks_or_unblocks_the_bot_is_always_known() -> None:
    change = {"my_chat_member": {"from": {"id": 7}, "chat": {"id": 7, "type": "private"}, "date": 1}}

    assert taken(judged(Gate(), [(0.0, change)] * 500)) == 500


def test_an_update_is_judged_once_however_often_its_batch_is_redone() -> None:
    gate = Gate()
    rows = [row(n, words()) for n in range(int(BURST))]
    for one in rows * 3:
        gate.judge(one, now=NOW)

    assert gate.judge(row(500, words()), now=NOW) is not Verdict.TAKEN
    assert [gate.judge(one, now=NOW) for one in rows] == [Verdict.TAKEN] * len(rows)


def test_what_was_tried_before_is_not_judged_again() -> None:
    gate = Gate()
    judged(gate, [(0.0, words())] * 200)

    assert gate.judge(row(199, words(), tries=1), now=NOW) is Verdict.TAKEN
    assert gate.refused_of([198, 199]) == [198]


def test_a_clock_that_jumps_back_shuts_nobody_out() -> None:
    gate = Gate()
    judged(gate, [(86_400.0, press())] * 20)

    verdicts = judged(gate, [(n * 1.0, press()) for n in range(1000, 1060)])

    assert taken(verdicts) == 60


def test_those_who_have_been_quiet_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.flood._MANY", 100)
    gate = Gate()

    for n in range(5000):
        gate.judge(row(n, words(n * 1.0, account=n), at=n * 1.0), now=NOW)

    assert len(gate._senders) <= 201


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "message",
                        "callback_query",
                        "edited_message",
                        "from",
                        "chat",
                        "id",
                        "date",
                        "media_group_id",
                        "type",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_it_is_given_it_never_raises(payload: object) -> None:
    gate = Gate()
    whole = payload if isinstance(payload, dict) else {"message": payload}

    for number in range(3):
        gate.judge(row(number, whole), now=NOW)


# Through the real worker.


async def flood(
    chat: Dialogue, who: Speaker, said: object, count: int, *, room: Any = None, seconds: float = 60
) -> None:
    """So many at an even pace, handled and answered as it goes."""
    for number in range(count):
        await chat.receive(chat.update(who, said))
        chat.clock.advance(seconds=seconds / count)
        if number % 50 == 49:
            await chat.settle()
    await chat.settle()


async def test_a_flood_is_answered_politely_a_few_times_and_then_no_more(chat: Dialogue) -> None:
    await flood(chat, AQIANG, "/menu", 1000)

    heard = chat.heard(AQIANG)
    told = [text for text in heard if "太快" in text]
    assert 1 <= len(told) <= 3
    assert "059155500100" in told[0]
    assert len(heard) - len(told) < 50
    assert await chat.town.count("inbox", "state = 'done'") == 1000
    assert await chat.town.count("inbox", "error = 'flood'") > 950
    await chat.advance(seconds=DEBT + 1)
    await chat.play(AQIANG, [("/menu", "有什么事*")])


async def test_the_notice_does_not_wait_behind_the_answers_that_were_given_before(chat: Dialogue) -> None:
    await chat.receive(*(chat.update(AQIANG, "/menu") for _ in range(40)))
    await chat.settle()

    assert "太快" in chat.heard(AQIANG)[0]


async def test_a_flood_of_presses_is_told_about_on_the_button(chat: Dialogue) -> None:
    await chat.say(AQIANG, "/menu")
    await chat.receive(*(chat.update(AQIANG, Forge("report.nonsense:1:")) for _ in range(100)))
    await chat.settle()

    told = [p for p in chat.api.sent("answerCallbackQuery") if "太快" in p.get("text", "")]
    assert [p["show_alert"] for p in told] == [True]
    assert len(chat.api.sent("answerCallbackQuery")) < 50


async def test_chatter_in_a_group_is_let_go_in_silence(chat: Dialogue) -> None:
    await chat.receive(*(chat.update(AQIANG, "大家好", room=B3_GROUP) for _ in range(100)))
    await chat.settle()

    assert (chat.heard(AQIANG), chat.heard(B3_GROUP)) == ([], [])
    assert await chat.town.count("inbox", "error = 'flood'") == 100 - BURST


async def test_others_in_the_same_batch_are_served_as_ever(chat: Dialogue) -> None:
    spam = [chat.update(AQIANG, "/menu") for _ in range(200)]
    await chat.receive(*spam[:100], chat.update(NAINAI, "/help"), *spam[100:], chat.update(LIU, "/help"))

    await chat.settle()

    assert [len(chat.heard(who)) for who in (NAINAI, LIU)] == [1, 1]


async def test_a_conversation_under_way_is_not_touched_by_what_is_refused(chat: Dialogue) -> None:
    await chat.say(AQIANG, Photo("消防通道又堵了"))
    await chat.receive(*(chat.update(AQIANG, Press("✅ 提交")) for _ in range(3)))
    await chat.settle()
    chat.heard(AQIANG)
    await chat.say(AQIANG, Photo("楼道灯不亮了"))

    await chat.receive(*(chat.update(AQIANG, "x") for _ in range(100)))
    await chat.settle()
    await chat.advance(seconds=DEBT + 1)

    assert await chat.town.count("dialogues") == 1
    await chat.say(AQIANG, Press("✅ 提交"))
    assert await chat.town.count("reports") == 2


async def test_nothing_of_what_was_refused_is_kept(chat: Dialogue) -> None:
    await chat.receive(*(chat.update(AQIANG, "重复的话") for _ in range(100)))
    await chat.settle()

    async with chat.town.database.read() as tx:
        kept = await tx.all(bytes, "SELECT payload FROM inbox WHERE error = 'flood'")
    assert {str(chat.town.database.cipher.open(token)) for token in kept} == {"{}"}
