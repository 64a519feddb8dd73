"""What goes on while it breaks: reports, orders, claims, ballots, receipts and a notice; and what must come of it.

A scene is a list of steps in the order in which they are fetched. What must be in the database after some of them
follows from their order alone: the first claim wins, the last ballot counts, a receipt counts once.
"""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from community import notices, orders, votes
from community.here import Here
from proof import mix, town
from storage.database import Database
from storage.queries import people, timers
from storage.states import Role, VoteKind

RESIDENTS = 600
TASKS = 30  # claimed in the scene, ordered before it
VOTE, SENT_BEFORE, UNDER_WAY = 1, 1, 2  # the vote; a notice that came long ago; one that is on its way
WORDS = "周六上午九点在小广场教用灭火器"  # of the notice on its way
QUESTION = "单元门换不换新的"
_STAFF = 1004
HOUSEHOLDS = 144  # of the example neighbourhood; residents whose numbers are as far apart live together
_CHOICES = ("yes", "no", "abstain")
_SERVICES = ("repairs", "meals", "shopping", "medicine")
_VOLUNTEERS = range(589, 601)
_SERVED = range(201, 201 + TASKS)
_KNOWN = {"/menu": "有什么事？", "/my": "您还没有报过什么事", "/help": "回菜单"}

Fact = tuple[str | int, ...]
Said = tuple[int, str]
"""A chat, and what a message to it has in it."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An update, what it does (`fact`), and what must be said to whom because of it; a press is answered as well."""

    update: mix.Update
    fact: Fact = ()
    said: tuple[Said, ...] = ()

    @property
    def press(self) -> str | None:
        """The id by which a press is answered."""
        query = self.update.get("callback_query")
        return query["id"] if query else None


async def settle(database: Database, here: Here) -> None:
    """The town in which it happens."""
    await town.residents(database, here, RESIDENTS)
    await town.notice(database, here)
    async with database.write() as tx:
        community = await tx.need(int, "SELECT id FROM places WHERE kind = 'community'")
        for number in _VOLUNTEERS:
            person = await people.by_telegram(tx, town.FIRST + number)
            assert person is not None
            await people.grant(tx, person_id=person.id, role=Role.VOLUNTEER, place_id=community, now=here.now)
        staff = await people.by_telegram(tx, _STAFF)
        assert staff is not None
        for number in _SERVED:
            served = await people.by_telegram(tx, town.FIRST + number)
            assert served is not None
            await orders.place(tx, here, served, service=_SERVICES[number % len(_SERVICES)])
        closes_at = here.now + timedelta(days=3)
        draft = votes.Draft(place_id=community, question=QUESTION, kind=VoteKind.YES_NO, closes_at=closes_at)
        vote = await votes.open_vote(tx, here, staff, draft)
        # By night cards wait for the morning: whoever votes here has the card brought.
        await timers.drop(tx, prefix=votes.SPREAD, subject_id=vote.id)
        notice = await notices.send(tx, here, staff, place_id=community, words=WORDS, photo="")
        assert (vote.id, notice.id) == (VOTE, UNDER_WAY)


def build(count: int, *, seed: str, date: int) -> list[Step]:
    """About `count` steps; each conversation's are in order, about forty conversations go on at a time."""
    chance = random.Random(seed)
    share = count / 1000
    asking = iter(range(1, 201))
    talks = [
        *(_report(next(asking), chance, date) for _ in range(round(90 * share))),
        *(_order(next(asking), chance, date) for _ in range(round(50 * share))),
        *(_task(1 + i, chance, date) for i in range(round(TASKS * share))),
        *(_household(1 + i, chance, date) for i in range(round(60 * share))),
        *(_receipt(301 + i, chance, date) for i in range(round(100 * share))),
    ]
    menu = ([_menu(451 + i % 100, chance, date)] for i in range(count - sum(map(len, talks))))
    return list(mix.shuffled([*talks, *menu], chance))


def _said(number: int, text: str, answer: str, date: int, fact: Fact = ()) -> Step:
    return Step(update=mix.said(number, text, date=date), fact=fact, said=((town.FIRST + number, answer),))


def _pressed(number: int, data: str, date: int, *, fact: Fact = (), said: tuple[str, ...] = ()) -> Step:
    chat = town.FIRST + number
    return Step(update=mix.pressed(number, data, date=date), fact=fact, said=tuple((chat, part) for part in said))


def _report(number: int, chance: random.Random, date: int) -> list[Step]:
    words = f"楼道灯不亮了，{chance.randrange(100)}号灯，看不清台阶"
    return [
        _said(number, "/report", "怎么了？请拍张照片", date),
        _said(number, words, "这样登记对吗", date),
        _pressed(number, "step.report.preview:0:submit", date, fact=("report", number), said=("已登记",)),
    ]


def _order(number: int, chance: random.Random, date: int) -> list[Step]:
    service = chance.choice(_SERVICES)
    return [
        _said(number, "/order", "要帮什么忙", date),
        _pressed(number, f"step.order.service:0:{service}", date, said=("叫人来吗",)),
        _pressed(
            number, "step.order.confirm:0:yes", date, fact=("order", number), said=("好，正在找人", "⏳ 正在找人")
        ),
    ]


def _task(task: int, chance: random.Random, date: int) -> list[Step]:
    """Three press 🙋 我去; all three say that it is done; the one who ordered it confirms twice."""
    served = _SERVED[task - 1]
    asked = [_VOLUNTEERS[(3 * task + i) % len(_VOLUNTEERS)] for i in range(3)]
    chance.shuffle(asked)
    claims = [_pressed(n, f"task.claim:{task}:", date, fact=("claim", task, n)) for n in asked]
    chance.shuffle(asked)
    ends = [_pressed(n, f"task.finish:{task}:", date, fact=("finish", task, n)) for n in asked]
    return [*claims, *ends, *(_pressed(served, f"order.good:{task}:", date, fact=("good", task)) for _ in range(2))]


def _household(number: int, chance: random.Random, date: int) -> list[Step]:
    """One has the card brought and votes; another of the same household votes after that, or both do again."""
    first, second = 2 * HOUSEHOLDS + number, 3 * HOUSEHOLDS + number
    voters = [first, second, *chance.sample((first, second), chance.randrange(2))]
    casts = ((who, chance.choice(_CHOICES)) for who in voters)
    return [
        _pressed(first, f"vote.open:{VOTE}:", date, said=("实名，一户一票",)),
        *(_pressed(who, f"vote.cast:{VOTE}:{c}", date, fact=("cast", number, c)) for who, c in casts),
    ]


def _receipt(number: int, chance: random.Random, date: int) -> list[Step]:
    data = f"notice.receive:{SENT_BEFORE}:"
    return [_pressed(number, data, date, fact=("receive", number)) for _ in range(1 + (chance.random() < 0.2))]


def _menu(number: int, chance: random.Random, date: int) -> Step:
    text = chance.choice(list(_KNOWN))
    return _said(number, text, _KNOWN[text], date)


def effects(steps: Iterable[Step]) -> Counter[Fact]:
    """What must be in the database once these steps, in this order, have been handled."""
    winner: dict[Fact, str | int] = {}
    done: set[Fact] = set()
    ballots: dict[str | int, str | int] = {}
    found: set[Fact] = set()
    for step in steps:
        match step.fact:
            case ("report" | "order" as what, number):
                found.add((what, number))
            case ("claim", task, number):
                winner.setdefault((task,), number)
            case ("finish", task, number) if winner.get((task,)) == number:
                done.add((task,))
            case ("good", task) if (task,) in done:
                found.add(("banked", task))
            case ("cast", household, choice):
                ballots[household] = choice
            case ("receive", number):
                found.add(("receipt", number))
    found |= {("taker", task, number) for (task,), number in winner.items()}
    found |= {("ballot", household, choice) for household, choice in ballots.items()}
    return Counter(found)
