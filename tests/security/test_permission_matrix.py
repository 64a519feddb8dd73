"""docs/permissions.md, walked whole: who may do what where, through every door there is."""

import itertools
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from cast import VOTE, Cast
from dialogue import Forge
from factories import B3_GROUP
from matrix import CELLS, LAST, Case, cases, doors, draft, knock, lines, press, speaker, subject
from world import World

from community.errors import Refused
from handlers import groups, registry
from handlers.flow import StepIsPast
from handlers.registry import FLOWS, PRESSES, OldButton
from storage.queries import dialogues, people
from storage.records import Person

REFUSALS = {*Refused.known, OldButton.template, StepIsPast.template}
WELCOME = "join/welcome"
KEPT = (
    "places reach roles groups audit reports report_files report_followers report_events finds orders tasks offers "
    "task_events accounts transfers movements votes vote_options vote_roll ballots vote_rounds jobs notices deliveries "
    "cards timers invites postings certificates companions repeats proxies volunteers volunteer_skills team_members "
    "helper_photos lapses offer_pauses shifts shift_points shift_findings shift_repeats "
    "check_ins check_in_contacts check_in_days check_in_alerts emergency_states calendar_feeds"
)  # fmt: skip
TABLES = tuple(KEPT.split())
"""All tables but those that an answer itself is written to; of people and conversations, see `others`."""
FREE = {
    *(f"settings.{word}" for word in ("language", "keyboard", "quiet")),
    *(f"my.{word}" for word in ("export", "erase", "erase_yes", "keep")),
    *(
        "order.keep",
        "sos.yes",
        "sos.no",
        "vote.keep",
        "report.cry",
        "caller.start",
        "enrol.start",
        "notice.write",
        "vote.start",
    ),
    *("time.show", "time.entry", "time.reversal"),
    *(f"volunteer.{word}" for word in ("mine", "edit", "pause", "resume", "leave", "photo", "asked", "figures")),
    *("task.week", "task.calendar", "task.feed"),
    *("shift.list", "shift.post", "shift.month"),
    *("emergency.ask", "emergency.begin"),
}
"""Buttons that are about nothing but the one who presses."""

NEAR = (
    "stranger", "newcomer", "resident", "volunteer", "stair captain", "building captain", "grid worker", "staff",
    "unit", "admin", "former staff", "erased",
)  # fmt: skip
"""Everybody whose role reaches the building, and those who have none."""


def test_every_door_has_its_line_in_the_table() -> None:
    named = {line.door for line in lines()}

    assert doors() - named == set(), "these have no line in docs/permissions.md"
    assert named - doors() == set(), "docs/permissions.md names these, but they are not there"


def test_the_table_holds_nothing_but_its_own_words() -> None:
    assert {cell for line in lines() for cell in line.cells.values()} == CELLS


def test_every_conversation_has_a_step_that_the_walk_ends_at() -> None:
    assert {name: step in FLOWS[name].steps for name, (step, _) in LAST.items()} == dict.fromkeys(FLOWS, True)


async def attempted(world: World, case: Case, cast: Cast) -> tuple[str, list[str]]:
    """What came of it ("yes", "no", "join", or what is wrong), and which tables have changed."""
    tx, chat, who = world.held.tx, world.chat, speaker(case, cast)
    kind, _, name = case.line.door.partition(" ")
    person = await people.by_telegram(tx, who.id)
    assert person is not None
    if kind == "conversation" and (person.joined_at is not None or name == "join"):
        await dialogues.save(
            tx, chat_id=who.id, person_id=person.id, flow=name, step=LAST[name][0], draft=draft(name, cast),
            expires_at=world.clock.at + timedelta(hours=1), now=world.clock.at,
        )  # fmt: skip
    return await handled(world, person.id, knock(chat, case.line, who, cast, chat.texts))


async def handled(world: World, person_id: int, update: dict[str, Any]) -> tuple[str, list[str]]:
    """How the person was answered, and which tables have changed but for what is their own to change."""
    mine = await world.rows("people", where=f"id <> {person_id}")
    talks = await world.rows("dialogues", where=f"person_id <> {person_id}")
    last = await world.last_said()
    await world.hand(update)
    changed = await world.changed(TABLES)
    changed += ["people"] if mine != await world.rows("people", where=f"id <> {person_id}") else []
    changed += ["dialogues"] if talks != await world.rows("dialogues", where=f"person_id <> {person_id}") else []
    return await outcome(world, last), changed


async def outcome(world: World, last: int) -> str:
    """ "yes", "no", "join", or what is wrong."""
    if reasons := await world.poison():
        return f"set aside: {reasons}"
    said = await world.said(last)
    if not said:
        return "silence"
    if {template for _, template in said} & REFUSALS:
        return "no" if len(said) == 1 else f"no, and more: {said}"
    return "join" if WELCOME in {template for _, template in said} else "yes"


def walk(world: World, cast: Cast, chosen: Iterable[Case]) -> tuple[int, list[str]]:
    """How many cases were tried, and what did not come out as the table says."""
    wrong, count = [], 0
    for case in chosen:
        with world.attempt():
            came, changed = world.run(attempted(world, case, cast))
        count += 1
        if came != case.wanted:
            wrong.append(f"{case}, but: {came}")
        elif came in ("no", "join") and changed:
            wrong.append(f"{case}, but these tables have changed: {changed}")
    return count, wrong


@pytest.fixture(scope="module", autouse=True)
def remembered(stage: tuple[World, Cast]) -> None:
    """How every table is before the first try."""
    world, _ = stage
    with world.attempt():
        world.run(world.first(TABLES))


@pytest.mark.slow
def test_the_whole_table_is_kept(stage: tuple[World, Cast]) -> None:
    world, cast = stage

    count, wrong = walk(world, cast, cases())

    assert not wrong, "\n".join(wrong)
    assert count > 2000


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["postgresql"], indirect=True)
def test_a_seventh_of_the_table_is_kept_on_postgresql_as_well(stage: tuple[World, Cast]) -> None:
    world, cast = stage

    count, wrong = walk(world, cast, list(cases())[::7])

    assert not wrong, "\n".join(wrong)
    assert count > 400


@pytest.mark.parametrize("who", ["stranger", "newcomer", "volunteer", "grid worker", "unit", "admin"])
def test_a_press_about_what_is_not_there_or_is_of_another_kind_is_refused(stage: tuple[World, Cast], who: str) -> None:
    world, cast = stage
    person = known(world, cast, who)
    wrong = []
    for action in sorted(set(PRESSES) - FREE - {"group.bind"}):
        for number in (999_999_999_999_999, cast.ids["phone"] if action.startswith("vote.") else VOTE):
            with world.attempt():
                came = world.run(handled(world, person.id, press(world.chat, action, cast.by[who, "near"], number)))
            if came != ("no" if person.joined_at else "join", []):
                wrong.append(f"{action}:{number} by {who}: {came}")

    assert not wrong, "\n".join(wrong)


def known(world: World, cast: Cast, who: str) -> Person:
    """The row of one of those near."""
    with world.attempt() as tx:
        person = world.run(people.by_telegram(tx, cast.by[who, "near"].id))
        assert person is not None
        return person


@pytest.mark.parametrize("who", ["stranger", "resident", "grid worker", "admin"])
def test_in_a_group_no_private_button_does_anything(stage: tuple[World, Cast], who: str) -> None:
    world, cast = stage
    numbers = {line.door: subject(line.about, cast) for line in lines()}
    for action in sorted(set(PRESSES) - set(groups.PRESSES)):
        person = known(world, cast, who)
        with world.attempt():
            number = numbers[f"button {action}"]
            update = press(world.chat, action, cast.by[who, "near"], number, room=B3_GROUP)
            came = world.run(handled(world, person.id, update))

        assert came == ("no", []), f"{action}:{number}"


@pytest.mark.parametrize("who", ["stranger", "resident", "grid worker", "admin"])
def test_in_a_group_every_private_command_only_leads_to_private_chat(stage: tuple[World, Cast], who: str) -> None:
    world, cast = stage
    for command in sorted(set(registry.COMMANDS) - set(registry.GROUP_COMMANDS)):
        person = known(world, cast, who)
        with world.attempt():
            last = world.run(world.last_said())
            update = world.chat.update(cast.by[who, "near"], f"/{command}", room=B3_GROUP)
            came, changed = world.run(handled(world, person.id, update))

            assert world.run(world.said(last)) == [("say", "groups/come_to_private")]
        assert (came, changed) == ("yes", []), command


@pytest.mark.parametrize("flow", sorted(FLOWS))
def test_a_step_that_is_not_being_asked_takes_no_press(stage: tuple[World, Cast], flow: str) -> None:
    """Of this conversation or another, real or made up, by whoever it may be."""
    world, cast = stage
    other = next(name for name in FLOWS if name != flow)
    forged = [f"step.{flow}.{LAST[flow][0]}:0:{LAST[flow][1] or '_back'}", f"step.{flow}.no_step:0:_cancel"]
    for who, data in itertools.product(NEAR, [*forged, f"step.{flow}:0:x", "step.:0:", f"step.{other}.{flow}:7:yes"]):
        person = known(world, cast, who)
        with world.attempt():
            update = world.chat.update(cast.by[who, "near"], Forge(data))
            came = world.run(handled(world, person.id, update))

        assert came == ("no", []), f"{data} by {who}"


@pytest.mark.parametrize(
    "payload",
    [
        "d_",
        "d_x",
        "i_",
        "i_x",
        "g_",
        "g_x",
        "v_",
        "v_x",
        "v_-1",
        "v_999",
        "p_",
        "p_x",
        "p_-1",
        "p_999",
        "c_",
        "c_x",
        "x",
        "menu2",
    ],
)
def test_a_made_up_link_leads_nowhere(stage: tuple[World, Cast], payload: str) -> None:
    world, cast = stage
    for who in NEAR:
        person = known(world, cast, who)
        with world.attempt():
            update = world.chat.update(cast.by[who, "near"], f"/start {payload}")
            came, changed = world.run(handled(world, person.id, update))

        joins = person.joined_at is None and payload[:2] in ("g_", "v_")
        assert (came, changed) == ("join" if joins else "no", []), f"{payload} by {who}"
