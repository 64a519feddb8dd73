"""Notices: fanned out from rows in small steps, resumed after a crash, corrected, and never twice to one person."""

import itertools

import pytest
from factories import AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, Speaker, Town

from community import notices
from community import people as people_rules
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.notice_texts import NobodyThere
from storage.database import Transaction
from storage.queries import notices as rows
from storage.queries import outbox, people, timers
from storage.records import Notice, Outgoing
from storage.sqlite import SqliteDatabase
from storage.states import ContactMode, DeliveryState, NoticeState, OutboxKind, OutboxState, Priority

S = NoticeState
ALL = (S.SENDING, S.PAUSED, S.STOPPED, S.SENT)


class Crash(Exception):
    """The process ends here."""


async def send(
    town: Town, author: Speaker = WU, *, code: str = "C1", words: str = "明天停水", photo: str = ""
) -> Notice:
    """A notice that is on its way."""
    at, row = await town.place(code), await town.person(author)
    async with town.database.write() as tx:
        return await notices.send(tx, town.here(), row, place_id=at.id, words=words, photo=photo)


async def step(town: Town, notice: Notice) -> Notice:
    """One step of its way out, a second later."""
    town.clock.advance(seconds=1)
    async with town.database.write() as tx:
        await timers.drop(tx, prefix=notices.SEND, subject_id=notice.id)
        await notices.go_on(tx, town.here(), notice.id)
    return await now(town, notice)


async def now(town: Town, notice: Notice) -> Notice:
    """The notice as it stands."""
    async with town.database.read() as tx:
        return await notices.get(tx, notice.id)


async def first_of(tx: Transaction, limit: int) -> list[Outgoing]:
    """What waits, as the sender would take it."""
    queued = sorted(await outbox.waiting(tx, after=0, limit=10_000), key=lambda row: (row.priority, row.id))
    rows = {row.id: row for row in await outbox.outgoing(tx, [row.id for row in queued[:limit]])}
    return [rows[row.id] for row in queued[:limit]]


async def deliver(town: Town, *, refused: tuple[int, ...] = (), limit: int = 1000) -> list[Outgoing]:
    """Play the sender: everything that waits goes out but to those who have blocked the bot; what went out."""
    gone = []
    async with town.database.write() as tx:
        for row in await first_of(tx, limit):
            if row.person_id in refused:
                await people.set_unreachable(tx, person_id=row.person_id or 0, since=town.clock.now())
                await outbox.end(
                    tx, outbox_id=row.id, state=OutboxState.FAILED, error="Forbidden", now=town.clock.now()
                )
                continue
            message_id = row.id + 9000
            await outbox.arrived(tx, {row.id: message_id}, now=town.clock.now())
            if row.card_id and row.kind is not OutboxKind.EDIT:
                card = outbox.ShownCard(card_id=row.card_id, message_id=message_id, form="text", shown="", edited=False)
                await outbox.shown(tx, [card])
            gone.append(row)
    return gone


async def crowd(town: Town, count: int, *, code: str = "B3-1-101") -> list[int]:
    """So many more residents of a flat of 3号楼, or of another."""
    at = await town.place(code)
    first = 70_000 + 10_000 * at.id
    made = []
    async with town.database.write() as tx:
        for number in range(count):
            row = await people.add(
                tx, telegram_id=first + number, language="zh", contact_mode=ContactMode.CHAT, now=town.clock.now()
            )
            await people.join(tx, person_id=row.id, name=tx.seal("邻居"), place_id=at.id, now=town.clock.now())
            made.append(row.id)
    return made


def notices_in(rows: list[Outgoing]) -> list[int]:
    """Who got a notice's card, in these rows of the outbox."""
    return [r.person_id for r in rows if r.card_kind == "notice" and r.kind is OutboxKind.CARD and r.person_id]


async def test_a_notice_reaches_everybody_below_the_place_once_and_then_is_sent(town: Town) -> None:
    extra = await crowd(town, 230)
    notice = await send(town, code="B3")
    got: list[int] = []

    for _ in range(6):
        notice = await step(town, notice)
        got += notices_in(await deliver(town))

    assert len(got) == len(set(got)) == notice.expected == notice.delivered == 230 + 5
    assert set(extra) <= set(got)
    assert notice.state is S.SENT


async def test_the_outbox_never_holds_more_than_a_few_seconds_of_a_notice(town: Town) -> None:
    await crowd(town, 450)
    notice = await send(town, code="B3")

    for _ in range(5):
        notice = await step(town, notice)

    waiting = await town.count("outbox", "state = 'waiting' AND priority = :notice", notice=Priority.NOTICE)
    assert waiting == 200
    assert notice.state is S.SENDING


async def test_a_crash_in_the_middle_is_resumed_and_nobody_gets_it_twice(town: Town) -> None:
    await crowd(town, 250)
    notice = await send(town, code="B3")
    await step(town, notice)
    got = notices_in(await deliver(town, limit=60))

    with pytest.raises(Crash):
        async with town.database.write() as tx:
            await notices.go_on(tx, town.here(), notice.id)
            raise Crash
    for _ in range(6):
        notice = await step(town, notice)
        got += notices_in(await deliver(town))

    assert len(got) == len(set(got)) == 255
    assert (notice.state, notice.delivered, notice.reached) == (S.SENT, 255, 255)


async def test_who_comes_while_it_is_on_its_way_gets_it_too(town: Town) -> None:
    await crowd(town, 120)
    notice = await send(town, code="B3")
    await step(town, notice)
    got = notices_in(await deliver(town))
    newcomer = await town.person(await town.resident("刚搬来的", "B3-1-101"))  # where it has been already

    for _ in range(4):
        notice = await step(town, notice)
        got += notices_in(await deliver(town))

    assert newcomer.id in got
    assert len(got) == len(set(got)) == notice.delivered == notice.expected == 126
    assert notice.state is S.SENT


async def test_a_notice_that_was_on_its_way_by_number_goes_on_after_an_upgrade(town: Town) -> None:
    await crowd(town, 120)
    notice = await send(town, code="B3")
    first = await town.person(LIU)
    async with town.database.write() as tx:
        await tx.run("UPDATE notices SET place_cursor = NULL, cursor = :first", first=first.id)
    got = []

    for _ in range(4):
        notice = await step(town, notice)
        got += notices_in(await deliver(town))

    assert min(got) > first.id
    assert len(got) == len(set(got)) == notice.delivered
    assert notice.state is S.SENT


@pytest.mark.parametrize("engine", ["sqlite"])  # which counts the steps of its machine
async def test_a_step_costs_the_same_however_many_live_elsewhere(town: Town) -> None:
    assert isinstance(town.database, SqliteDatabase)
    await crowd(town, 120, code="B3-1-101")
    await crowd(town, 2000, code="B1-1-101")
    await crowd(town, 120, code="B4-1-101")
    taken = []

    for code in ("B3", "B4"):
        notice, counted = await send(town, code=code), itertools.count()
        town.database._writer.set_progress_handler(lambda counted=counted: 0 * next(counted), 1)
        await step(town, notice)
        town.database._writer.set_progress_handler(None, 1)
        taken.append(next(counted))
        assert len(notices_in(await deliver(town))) == 100

    assert taken[1] < taken[0] * 1.2


async def test_two_notices_at_once_are_each_complete(town: Town) -> None:
    await crowd(town, 150)
    first, second = await send(town, code="B3"), await send(town, code="B3-2")

    for _ in range(5):
        first, second = await step(town, first), await step(town, second)
        await deliver(town)

    assert (first.state, first.delivered) == (S.SENT, 155)
    assert (second.state, second.delivered) == (S.SENT, 4)


async def test_whoever_has_blocked_the_bot_is_counted_and_stops_nobody(town: Town) -> None:
    blocker = await town.person(LIU)
    notice = await send(town, code="B3")

    await step(town, notice)
    await deliver(town, refused=(blocker.id,))
    notice = await step(town, notice)

    assert (notice.expected, notice.delivered, notice.blocked, notice.failed) == (5, 4, 1, 0)
    assert notice.state is S.SENT


async def test_what_telegram_refuses_for_another_reason_is_counted_apart(town: Town) -> None:
    notice = await send(town, code="B3-1", photo="broken")
    await step(town, notice)

    async with town.database.write() as tx:
        await tx.run("UPDATE outbox SET state = 'failed' WHERE card_id IN (SELECT id FROM cards WHERE kind = 'notice')")
    notice = await step(town, notice)

    assert (notice.delivered, notice.blocked, notice.failed) == (0, 0, 1)
    assert notice.state is S.SENT


async def test_who_is_not_in_chat_or_has_left_is_not_counted_among_those_it_reaches(town: Town) -> None:
    await town.resident("电话奶奶", "B3-2-201", mode=ContactMode.PHONE)
    gone = await town.person(AQIANG)
    async with town.database.write() as tx:
        await people_rules.erase(tx, town.here(), gone)
    at, wu = await town.place("B3"), await town.person(WU)

    async with town.database.read() as tx:
        found = await notices.reach(tx, wu, place_id=at.id)

    assert (found.people, found.groups) == (4, 1)


async def test_who_is_erased_while_it_is_on_its_way_stops_nothing(town: Town) -> None:
    notice, reader = await send(town, code="B3"), await town.person(AQIANG)
    await step(town, notice)

    async with town.database.write() as tx:
        await people_rules.erase(tx, town.here(), reader)
    await deliver(town)
    notice = await step(town, notice)

    assert (notice.state, notice.reached, notice.delivered) == (S.SENT, 5, 4)


async def test_a_group_gets_what_is_for_its_place_or_more_and_not_what_is_for_a_stairwell(town: Town) -> None:
    group = await town.group()

    wide, narrow = await send(town, code="C1"), await send(town, code="B3-2")

    cards = "kind = 'notice' AND group_id = :group_id AND subject_id = :subject"
    assert await town.count("cards", cards, group_id=group.id, subject=wide.id) == 1
    assert await town.count("cards", cards, group_id=group.id, subject=narrow.id) == 0


async def test_a_receipt_counts_once_and_only_for_those_it_came_to(town: Town) -> None:
    notice = await send(town, code="B3-2")
    await step(town, notice)
    await deliver(town)
    reader, neighbour = await town.person(AQIANG), await town.person(XIAOLIN)

    async with town.database.write() as tx:
        await notices.receive(tx, town.here(), reader, notice.id)
    async with town.database.write() as tx:
        with pytest.raises(NoLongerPossible):
            await notices.receive(tx, town.here(), reader, notice.id)
        with pytest.raises(NotFound):
            await notices.receive(tx, town.here(), neighbour, notice.id)

    assert (await now(town, notice)).received == 1


async def test_a_pause_takes_back_whom_the_sender_has_not_come_to_and_going_on_reaches_them_once(town: Town) -> None:
    await crowd(town, 120)
    notice, wu = await send(town, code="B3"), await town.person(WU)
    await step(town, notice)
    got = notices_in(await deliver(town, limit=50))

    async with town.database.write() as tx:
        await notices.turn_to(tx, town.here(), wu, notice.id, state=S.PAUSED)
    paused = await step(town, notice)
    queued = await deliver(town)
    async with town.database.write() as tx:
        await notices.turn_to(tx, town.here(), wu, notice.id, state=S.SENDING)
    for _ in range(4):
        notice = await step(town, notice)
        got += notices_in(await deliver(town))

    assert (paused.state, paused.reached) == (S.PAUSED, paused.delivered)
    assert notices_in(queued) == []
    assert len(got) == len(set(got)) == notice.delivered == notice.reached == 125


async def test_a_stopped_notice_reaches_nobody_else(town: Town) -> None:
    await crowd(town, 150)
    notice, wu = await send(town, code="B3"), await town.person(WU)
    await step(town, notice)
    got = notices_in(await deliver(town, limit=40))

    async with town.database.write() as tx:
        await notices.turn_to(tx, town.here(), wu, notice.id, state=S.STOPPED)
    for _ in range(3):
        notice = await step(town, notice)
        assert notices_in(await deliver(town)) == []

    assert (notice.state, notice.delivered) == (S.STOPPED, len(got))
    assert not await town.count("timers", "kind = :kind", kind=notices.SEND)


async def test_a_correction_edits_every_card_in_small_steps_and_tells_nobody_anew(town: Town) -> None:
    await crowd(town, 150)
    notice, wu = await send(town, code="B3"), await town.person(WU)
    for _ in range(4):
        notice = await step(town, notice)
        await deliver(town)

    async with town.database.write() as tx:
        await notices.correct(tx, town.here(), wu, notice.id, words="后天停水")
    edited: list[Outgoing] = []
    for _ in range(4):
        notice = await step(town, notice)
        waiting = await town.count("outbox", "state = 'waiting' AND priority = :lane", lane=Priority.NOTICE)
        assert waiting <= 101, "the group's card and a hundred people's"
        edited += [r for r in await deliver(town) if r.card_kind == "notice"]

    assert {r.kind for r in edited} == {OutboxKind.EDIT}
    assert len({r.card_id for r in edited}) == len(edited) == 155 + 1
    assert (notice.state, notice.mending) == (S.SENT, None)


@pytest.mark.parametrize("state", ALL)
@pytest.mark.parametrize("wanted", ALL)
async def test_a_notice_turns_only_as_its_table_says(town: Town, state: NoticeState, wanted: NoticeState) -> None:
    notice, wu = await send(town, code="B3"), await town.person(WU)
    async with town.database.write() as tx:
        await tx.run("UPDATE notices SET state = :state", state=state)

    allowed = wanted in notices.TRANSITIONS[state] and wanted is not S.SENT  # it is sent by itself, not by a press
    async with town.database.write() as tx:
        if not allowed:
            with pytest.raises(NoLongerPossible):
                await notices.turn_to(tx, town.here(), wu, notice.id, state=wanted)
        else:
            await notices.turn_to(tx, town.here(), wu, notice.id, state=wanted)

    assert (await now(town, notice)).state is (wanted if allowed else state)


@pytest.mark.parametrize(("who", "code"), [(AQIANG, "B3"), (LIU, "B3-2"), (XIAOHE, "E1"), (XIAOWANG, "C1")])
async def test_nobody_sends_to_a_place_their_role_does_not_reach(town: Town, who: Speaker, code: str) -> None:
    at, row = await town.place(code), await town.person(who)

    async with town.database.write() as tx:
        with pytest.raises(NotAllowed):
            await notices.send(tx, town.here(), row, place_id=at.id, words="通知", photo="")


async def test_a_grid_worker_writes_to_the_grid_and_changes_no_notice_of_others(town: Town) -> None:
    own, other = await send(town, XIAOWANG, code="G2"), await send(town, WU, code="B3")
    grid = await town.place("G2")
    worker, staff = await town.person(XIAOWANG), await town.person(WU)

    async with town.database.read() as tx:
        may = [await notices.manages(tx, who, one) for who in (worker, staff) for one in (own, other)]

    assert own.office_id == grid.id
    assert may == [True, False, True, True]


async def test_a_role_taken_away_ends_the_right_to_change_ones_own_notice(town: Town) -> None:
    notice, worker = await send(town, XIAOWANG, code="G2"), await town.person(XIAOWANG)

    async with town.database.write() as tx:
        await tx.run("UPDATE roles SET revoked_at = 1 WHERE person_id = :person_id", person_id=worker.id)
        with pytest.raises(NotAllowed):
            await notices.correct(tx, town.here(), worker, notice.id, words="新的")


@pytest.mark.parametrize(("length", "photo"), [(3000, ""), (900, "photo")])
async def test_words_are_taken_up_to_the_limit_and_no_further(town: Town, length: int, photo: str) -> None:
    at, wu = await town.place("B3"), await town.person(WU)

    notice = await send(town, code="B3", words="水" * length, photo=photo)
    async with town.database.write() as tx:
        with pytest.raises(TooLong):
            await notices.send(tx, town.here(), wu, place_id=at.id, words="水" * (length + 1), photo=photo)

    assert notice.state is S.SENDING


async def test_a_place_where_nobody_has_joined_is_refused(town: Town) -> None:
    at, wu = await town.place("B1"), await town.person(WU)

    async with town.database.write() as tx:
        with pytest.raises(NobodyThere):
            await notices.send(tx, town.here(), wu, place_id=at.id, words="通知", photo="")


async def test_the_counts_kept_with_a_notice_are_those_of_its_deliveries(town: Town) -> None:
    blocker = await town.person(NAINAI)
    await crowd(town, 30)
    notice = await send(town, code="B3")
    await step(town, notice)
    await deliver(town, refused=(blocker.id,))
    notice = await step(town, notice)

    async with town.database.write() as tx:  # unblocked, and asks for it again
        await people.set_unreachable(tx, person_id=blocker.id, since=None)
        await notices.show_again(tx, town.here(), blocker, notice.id)
    await deliver(town)
    notice = await step(town, notice)

    for state, kept in (
        (DeliveryState.DELIVERED, notice.delivered),
        (DeliveryState.BLOCKED, notice.blocked),
        (DeliveryState.WAITING, 0),
    ):
        assert await town.count("deliveries", "state = :state", state=state) == kept
    assert (notice.delivered, notice.blocked) == (35, 0)


async def test_a_reply_goes_before_every_notice_that_waits(town: Town) -> None:
    await crowd(town, 150)
    notice = await send(town, code="B3")
    await step(town, notice)
    got = notices_in(await deliver(town, limit=30))

    async with town.database.write() as tx:
        reader = await people.by_id(tx, got[0])
        await notices.receive(tx, town.here(), reader, notice.id)
    async with town.database.read() as tx:
        first, second = await first_of(tx, 2)

    assert (first.priority, first.person_id) == (Priority.REPLY, reader.id)
    assert second.priority > Priority.REPLY


async def test_the_operator_sees_how_many_notices_are_on_their_way(town: Town) -> None:
    await send(town, code="B3")
    await send(town, code="B3-2")

    async with town.database.read() as tx:
        counted = await rows.counts(tx)

    assert [(c.state, c.count) for c in counted] == [("sending", 2)]
