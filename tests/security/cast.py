"""Somebody of every kind, near and far, and one thing of every kind to try them on, all of it in building B3.

`near` is a role that reaches the thing, `beside` the same role at the next place, `far` in another community.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from factories import B3_GROUP, Speaker, Town, place, stranger

from community import calendar_feed
from community import people as people_rules
from storage.database import Transaction
from storage.queries import people, places
from storage.states import ContactMode, PlaceKind, Role

WHERE = ("near", "beside", "far")
REPORTS = {
    "a new report": (7001, "submitted"),
    "an assigned report": (7002, "assigned"),
    "a finished report": (7003, "resolved"),
    "a checked report": (7004, "checked"),
    "a closed report": (7005, "closed"),
    "a danger at home": (7007, "accepted"),
}
ORDERS = {
    "a new order": (7101, 7201, "open"),
    "a taken order": (7102, 7202, "claimed"),
    "a finished order": (7103, 7203, "done"),
    "a confirmed order": (7104, 7204, "confirmed"),
    "by phone": (7105, 7205, "done"),
    "a running order": (7106, 7209, "arrived"),
}
CALL, ASK_ORDER, ASK_REPORT, PHONE_REPORT = 7211, 7212, 7213, 7006
ASK_PROXY, PROXY_ASKED, PROXY_AGREED, PHONE_PROXY, WEEKLY = 7215, 7601, 7602, 7603, 7701
DAY, KNOCK_DAY, KNOCK, OPEN_KNOCK, ASK_CHECK_IN = 7601, 7602, 7206, 7207, 7216
VOTE, NOTICE, PAUSED = 7301, 7401, 7402
BANKED, ENTRY, GIFT, PHONE_GIFT, ASK_GIFT, PAPER = 7501, 7511, 7512, 7513, 7214, 7521
SHIFTS = {  # the shift, its task
    "an open shift": (7601, 7701),
    "a shift to begin": (7602, 7702),
    "a running shift": (7603, 7703),
    "a shift with too few": (7604, 7704),
    "a full shift": (7605, 7705),
    "a free place": (7606, 7706),
    "a search": (7607, 7707),
    "a shift to vouch for": (7608, 7708),
}
POINT, REPEAT, PHOTO_AT = 7651, 7681, 1000
EMERGENCY = 7801
_ROLES = {  # role, home (None: anywhere but in the building), and the place of the role near, beside, far
    "volunteer": (Role.VOLUNTEER, ("B3-1-501", "B4-1-501", "B9-1-101"), ("B3", "B4", "B9")),
    "stair captain": (Role.STAIR_CAPTAIN, ("B3-2-401", "B4-1-401", "B9-1-101"), ("B3-2", "B3-1", "B9-1")),
    "building captain": (Role.BUILDING_CAPTAIN, ("B3-2-402", "B4-1-402", "B9-1-101"), ("B3", "B4", "B9")),
    "grid worker": (Role.GRID_WORKER, ("B1-1-101", "B1-1-101", "B9-1-101"), ("G2", "G1", "G9")),
    "staff": (Role.STAFF, ("B1-1-102", "B1-1-102", "B9-1-101"), ("C1", "E2", "C2")),
    "unit": (Role.STAFF, ("B1-1-201", "B1-1-201", "B1-1-201"), ("property_rongyin", "property_riverside", "fire")),
    "admin": (Role.ADMIN, ("B1-1-202", "B1-1-202", "B9-1-101"), ("C1", "E2", "C2")),
}
_HOMES = {"newcomer": ("B3-2-202", "B4-1-202", "B9-1-102"), "resident": ("B3-2-201", "B4-1-201", "B9-1-102")}


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who there is: `by` kind and where, and whose each thing is."""

    by: dict[tuple[str, str], Speaker]
    owner: dict[str, Speaker]
    ids: dict[str, int]  # of things that have no fixed number
    tokens: dict[str, str]


async def furnish(town: Town) -> Cast:
    """Put them all there."""
    await _second_community(town)
    by: dict[tuple[str, str], Speaker] = {}
    for kind, homes in _HOMES.items():
        for where, home in zip(WHERE, homes, strict=True):
            by[kind, where] = await town.resident(kind, home, verified=kind == "resident")
    for kind, (role, homes, codes) in _ROLES.items():
        for where, home, code in zip(WHERE, homes, codes, strict=True):
            by[kind, where] = await town.resident(kind, home, roles=((role, code),))
    by["former staff", "near"] = await town.resident("former", "B1-1-301", roles=((Role.STAFF, "C1"),))
    by["erased", "near"] = await town.resident("erased", "B1-1-302", roles=((Role.ADMIN, "C1"),))
    by["stranger", "near"] = who = stranger()
    async with town.database.write() as tx:  # has spoken once, so that a try makes nobody new
        mode = ContactMode.CHAT
        await people.add(tx, telegram_id=who.id, language="zh", contact_mode=mode, now=town.clock.now())
    owner = {
        name: await town.resident(name, "B3-2-302", phone=f"1390000{n:04}") for n, name in enumerate(_OWNERS, 2000)
    }
    writer = await town.resident("writer", "B1-1-401", roles=((Role.GRID_WORKER, "G2"),))
    taker = await town.resident("taker", "B3-1-502", roles=((Role.VOLUNTEER, "B3"),))
    mate = await town.resident("mate", "B3-1-602", roles=((Role.VOLUNTEER, "B3"),))
    waits = await town.resident("waits", "B3-1-402", roles=((Role.VOLUNTEER, "B3"),))
    await town.resident("phone", "B3-2-501", phone="13900002999", mode=ContactMode.PHONE)
    async with town.database.write() as tx:
        await tx.run(
            "UPDATE roles SET revoked_at = 1 WHERE person_id = :id", id=await _id(tx, by["former staff", "near"])
        )
        gone = await people.by_telegram(tx, by["erased", "near"].id)
        assert gone is not None
        await people_rules.erase(tx, town.here(), gone)
        phone_id = await tx.need(int, "SELECT MAX(id) FROM people WHERE telegram_id IS NULL AND erased_at IS NULL")
        things = _Things(town, tx)
        reporter, served = await _id(tx, owner["reporter"]), await _id(tx, owner["served"])
        await things.reports(reporter=reporter, by_phone=phone_id, keeper=await _id(tx, writer))
        await things.orders(served=served, taker=await _id(tx, taker), by_phone=phone_id)
        asked = [by["volunteer", "near"], taker]
        for one in asked:
            await things.insert("offers", task_id=7201, person_id=await _id(tx, one), state="asked", at=0)
        applicant, stopped = await _id(tx, owner["applicant"]), await _id(tx, owner["stopped"])
        for one, column in ((applicant, "put_off_at"), (stopped, "stopped_at")):
            await things.insert(
                "volunteers", person_id=one, hours=1, place_id=(await place(tx, "B3")).id, applied_at=0,
                **{column: 1 if one == stopped else None},
            )  # fmt: skip
        helper = await _id(tx, taker)
        await things.insert("helper_photos", person_id=helper, file=tx.seal("face"), at=PHOTO_AT)
        await things.insert("offer_pauses", person_id=helper, until=town.clock.now() + timedelta(days=7))
        elder, asked_elder = await _id(tx, owner["elder"]), await _id(tx, owner["asked elder"])
        await things.check_ins(
            elder=elder, asked=asked_elder, contact=await _id(tx, owner["contact"]), taker=await _id(tx, taker),
            served=served, by_phone=phone_id,
        )  # fmt: skip
        voters = [s for (kind, where), s in by.items() if where == "near" and kind in _VOTERS]
        await things.vote(opened_by=await _id(tx, writer), voters=voters)
        await things.notices(author=await _id(tx, writer), reader=await _id(tx, owner["reader"]))
        await things.time_bank(
            helper=await _id(tx, taker), receiver=await _id(tx, owner["reader"]), by_phone=phone_id,
            staff=await _id(tx, writer),
        )  # fmt: skip
        await things.shifts(
            poster=await _id(tx, writer),
            captain=await _id(tx, taker),
            mate=await _id(tx, mate),
            waits=await _id(tx, waits),
        )
        await calendar_feed.announce(tx, "https://bot.example/hook")
        await things.insert(
            "emergency_states", id=EMERGENCY, cause="outage", begun_by=await _id(tx, writer), begun_at=0
        )
        item = await tx.need(int, "SELECT id FROM outbox WHERE state = 'merged'")
        group = await tx.need(int, "SELECT id FROM groups WHERE chat_id = :chat", chat=B3_GROUP.id)
        await things.insert(
            "finds", group_id=group, author_telegram_id=owner["author"].id, message_id=1, kind="text",
            words=tx.seal("楼道灯不亮了"), token="find-token", created_at=0,
        )  # fmt: skip
        invite = await people_rules.make_invite(
            tx, town.here(), role=Role.VOLUNTEER, place=await place(tx, "B3"), uses=100, days=7
        )
        home = await place(tx, "B3-2-602")
        building = await place(tx, "B3")
        door = await tx.need(str, "SELECT door FROM places WHERE id = :id", id=home.id)
        newcomer = await _id(tx, by["newcomer", "near"])
        taker_id, asked_id = await _id(tx, taker), await _id(tx, by["volunteer", "near"])
    owner = {
        **dict.fromkeys(REPORTS, owner["reporter"]),
        **dict.fromkeys(("a new order", "a finished order", "a confirmed order"), owner["served"]),
        "an open visit": owner["served"],
        "an asked proxy": owner["served"],
        "an agreed proxy": owner["served"],
        "a taken visit": taker,
        "an open vote": writer,
        **dict.fromkeys(SHIFTS, taker),
        "a point of a running shift": taker,
        "a free place": waits,
        "a notice one wrote": writer,
        "a paused notice": writer,
        "a notice one got": owner["reader"],
        "a day": owner["elder"],
        "an enrolment": owner["elder"],
        "an asked elder": owner["asked elder"],
        "a contact's request": owner["contact"],
        "a taken knock": taker,
        "an open knock": owner["served"],
        "a newcomer": by["newcomer", "near"],
        "a helper's minutes": taker,
        "an entry by hand": taker,
        "an offered gift": owner["reader"],
        "an item of a digest": owner["reader"],
        "a certificate": taker,
        "an applicant": owner["applicant"],
        "a running visit": taker,
        "a helper's photo": taker,
        "a volunteer without offers": taker,
        "a volunteer": taker,
        "a stopped volunteer": owner["stopped"],
        "a neighbour's photo": owner["author"],
    }
    return Cast(
        by=by,
        owner=owner,
        ids={
            "home": home.id,
            "item": item,
            "building": building.id,
            "newcomer": newcomer,
            "phone": phone_id,
            "helper": taker_id,
            "asked": asked_id,
            "applicant": applicant,
            "stopped": stopped,
            "taker": taker_id,
            "elder": elder,
            "asked elder": asked_elder,
        },
        tokens={
            "d_": f"d_{door}",
            "i_": invite,
            "g_": "g_find-token",
            "v_": f"v_{VOTE}",
            "c_": "c_paper-code",
            "p_": f"p_{SHIFTS['an open shift'][0]}",
        },
    )


_OWNERS = ("reporter", "served", "reader", "author", "applicant", "stopped", "elder", "asked elder", "contact")
_VOTERS = ("newcomer", "resident", "volunteer", "stair captain", "building captain")


async def _id(tx: Transaction, speaker: Speaker) -> int:
    found = await people.by_telegram(tx, speaker.id)
    assert found is not None, speaker
    return found.id


async def _second_community(town: Town) -> None:
    """榕荫社区 is alone in its file: one more lies in the same street."""
    kinds = {
        "C2": (PlaceKind.COMMUNITY, "S1", None),
        "G9": (PlaceKind.GRID, "C2", None),
        "E9": (PlaceKind.ESTATE, "C2", None),
        "B9": (PlaceKind.BUILDING, "E9", "G9"),
        "B9-1": (PlaceKind.STAIRWELL, "B9", "G9"),
        "B9-1-101": (PlaceKind.HOUSEHOLD, "B9-1", "G9"),
        "B9-1-102": (PlaceKind.HOUSEHOLD, "B9-1", "G9"),
    }
    async with town.database.write() as tx:
        lies_in: dict[str, set[int]] = {"S1": {(await place(tx, "S1")).id}}
        for code, (kind, parent, cell) in kinds.items():
            made = await places.put(
                tx, code=code, kind=kind, parent_id=(await place(tx, parent)).id,
                cell_id=(await place(tx, cell)).id if cell else None, name_zh=code, name_en=code,
                floor=1 if kind is PlaceKind.HOUSEHOLD else None, area=None, latitude=None, longitude=None,
                door=f"door-{code}",
            )  # fmt: skip
            lies_in[code] = {made} | lies_in[parent] | (lies_in[cell] if cell else set())
            for ancestor in lies_in[code]:
                await places.put_reach(tx, ancestor_id=ancestor, place_id=made)


@dataclass(frozen=True)
class _Things:
    """Rows with numbers of their own, each a thing that something is done to."""

    town: Town
    tx: Transaction

    async def insert(self, table: str, **values: object) -> None:
        names = ", ".join(values)
        await self.tx.run(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in values)})", **values
        )

    async def reports(self, *, reporter: int, by_phone: int, keeper: int) -> None:
        at = (await place(self.tx, "B3")).id
        now = self.town.clock.now()
        rows = [(number, state, reporter) for number, state in REPORTS.values()]
        for number, state, whose in [*rows, (PHONE_REPORT, "checked", by_phone)]:
            new, danger = state == "submitted", state == "accepted"
            await self.insert(
                "reports", id=number, reporter_id=whose, place_id=at, state=state, door=danger,
                category="danger" if danger else "lighting",
                words=self.tx.seal("楼道灯不亮了"), unit=None if new or danger else "property_rongyin",
                keeper_id=None if new else keeper, outcome="solved" if state == "closed" else None,
                accept_due=now + timedelta(hours=1), resolve_due=now + timedelta(hours=9),
                created_at=now, changed_at=now,
            )  # fmt: skip
            await self.insert("report_files", report_id=number, kind="photo", file="photo", after=0)

    async def orders(self, *, served: int, taker: int, by_phone: int) -> None:
        now = self.town.clock.now()
        home = (await place(self.tx, "B3-2-302")).id
        await self.insert(
            "repeats", id=WEEKLY, person_id=served, ordered_by=served, service="repairs", weekday=1, minute=600,
            next_at=now + timedelta(days=7),
        )  # fmt: skip
        for number, task, state in ORDERS.values():
            whose = by_phone if number == 7105 else served
            await self.insert(
                "orders", id=number, person_id=whose, ordered_by=whose, service="repairs",
                password=self.tx.seal("荔枝"), created_at=now, repeat_id=WEEKLY if number == 7101 else None,
            )  # fmt: skip
            await self._task(task, "visit", home, whose, state, taker=None if state == "open" else taker, order=number)
        for number, whose, proxy, agreed in (
            (PROXY_ASKED, served, by_phone, "asked"),
            (PROXY_AGREED, served, taker, "agreed"),
            (PHONE_PROXY, by_phone, served, "asked"),
        ):
            await self.insert("proxies", id=number, person_id=whose, proxy_id=proxy, state=agreed, at=now)
        await self._task(ASK_PROXY, "call", home, by_phone, "open", asks=("proxy", PHONE_PROXY))
        await self._task(CALL, "call", home, by_phone, "open")
        await self._task(ASK_ORDER, "call", home, by_phone, "open", asks=("order", 7105))
        await self._task(ASK_REPORT, "call", home, by_phone, "open", asks=("report", PHONE_REPORT))

    async def _task(
        self, number: int, kind: str, at: int, whose: int, state: str, *,
        taker: int | None = None, order: int | None = None, asks: Sequence[object] = (None, None),
    ) -> None:  # fmt: skip
        now = self.town.clock.now()
        call = kind == "call"
        await self.insert(
            "tasks", id=number, kind=kind, order_id=order, person_id=whose, place_id=at, state=state, taker_id=taker,
            due=now + timedelta(hours=6), minutes=30, template="flow/cancelled" if call else None,
            context=self.tx.seal({}) if call else None, question=asks[0], subject_id=asks[1],
            arrived_at=now - timedelta(minutes=30) if state in ("done", "confirmed") else None,
            done_at=now if state in ("done", "confirmed") else None, created_at=now, changed_at=now,
        )  # fmt: skip
        await self.insert("task_events", task_id=number, at=now, event="open", state="open")

    async def check_ins(self, *, elder: int, asked: int, contact: int, taker: int, served: int, by_phone: int) -> None:
        now, home = self.town.clock.now(), (await place(self.tx, "B3-2-302")).id
        for person, agreed in ((elder, now), (asked, None)):
            await self.insert(
                "check_ins", person_id=person, minute=540, enrolled_at=now, agreed_at=agreed, begins_at=now
            )  # fmt: skip
        await self.insert("check_in_contacts", person_id=elder, contact_id=contact, state="asked", at=now)
        await self._task(KNOCK, "knock", home, served, "claimed", taker=taker)
        await self._task(OPEN_KNOCK, "knock", home, served, "open")
        await self._task(ASK_CHECK_IN, "call", home, by_phone, "open", asks=("check_in", DAY))
        for number, person, task in ((DAY, elder, None), (KNOCK_DAY, served, KNOCK)):
            await self.insert(
                "check_in_days", id=number, person_id=person, day=20250610, due=now + timedelta(hours=1),
                state="waiting", acted_at=now, task_id=task,
            )  # fmt: skip

    async def vote(self, *, opened_by: int, voters: Sequence[Speaker]) -> None:
        at = (await place(self.tx, "B3")).id
        now = self.town.clock.now()
        await self.insert(
            "votes", id=VOTE, kind="yes_no", place_id=at, question="装不装充电桩", plan="方案", state="open",
            households=24, opened_by=opened_by, opened_at=now, closes_at=now + timedelta(days=3), touched_at=now,
        )  # fmt: skip
        for rank, choice in enumerate(("yes", "no", "abstain")):
            await self.insert("vote_options", vote_id=VOTE, choice=choice, rank=rank, name="")
        await self.tx.run(
            "INSERT INTO vote_roll (vote_id, household_id) SELECT CAST(:vote AS BIGINT), p.id FROM places p "
            "JOIN reach r ON r.place_id = p.id WHERE r.ancestor_id = :at AND p.kind = 'household'",
            vote=VOTE,
            at=at,
        )
        for voter in voters:
            person = await people.by_telegram(self.tx, voter.id)
            assert person is not None
            await self.insert(
                "ballots", vote_id=VOTE, household_id=person.place_id, choice="no", person_id=person.id, cast_at=now
            )

    async def notices(self, *, author: int, reader: int) -> None:
        at, grid = (await place(self.tx, "B3")).id, (await place(self.tx, "G2")).id
        for number, state in ((NOTICE, "sending"), (PAUSED, "paused")):
            await self.insert(
                "notices", id=number, author_id=author, role="grid_worker", office_id=grid, place_id=at,
                words=self.tx.seal("明天停水"), state=state, cursor=0, expected=9, created_at=self.town.clock.now(),
            )  # fmt: skip
        await self.insert("deliveries", notice_id=NOTICE, person_id=reader, state="delivered")

    async def time_bank(self, *, helper: int, receiver: int, by_phone: int, staff: int) -> None:
        """Half an hour that the fund has paid for, an entry and gifts that wait, and a certificate."""
        now, words = self.town.clock.now(), self.tx.seal("义诊")
        fund = await self.tx.need(int, "SELECT id FROM accounts WHERE person_id IS NULL AND kind = 'credit'")
        await self.insert("accounts", id=7531, person_id=helper, kind="credit")
        await self.insert("transfers", id=BANKED, kind="visit", task_id=7204, at=now)
        for account, minutes in ((fund, -30), (7531, 30)):
            await self.insert("movements", transfer_id=BANKED, account_id=account, minutes=minutes)
        for number, kind, asked_by, person, minutes in (
            (ENTRY, "entry", staff, helper, 60),
            (GIFT, "gift", helper, receiver, 10),
            (PHONE_GIFT, "gift", helper, by_phone, 5),
        ):
            await self.insert(
                "postings", id=number, kind=kind, state="pending", asked_by=asked_by, person_id=person, minutes=minutes,
                relation="parent" if kind == "gift" else None, words=words if kind == "entry" else None, created_at=now,
            )  # fmt: skip
        await self.insert("cards", id=7801, kind="gift", subject_id=GIFT, person_id=receiver, created_at=now)
        await self.insert(
            "outbox", priority=2, kind="card", person_id=receiver, card_id=7801, state="merged", asks="x",
            not_before=now, created_at=now, done_at=now,
        )  # fmt: skip
        home = (await place(self.tx, "B3-2-302")).id
        await self._task(ASK_GIFT, "call", home, by_phone, "open", asks=("gift", PHONE_GIFT))
        await self.insert(
            "certificates", id=PAPER, code="paper-code", person_id=helper, name=self.tx.seal("taker"), visits=1,
            credit=20, honour=0, since=now, issued_at=now,  # it does not hold any more
        )  # fmt: skip

    async def shifts(self, *, poster: int, captain: int, mate: int, waits: int) -> None:
        at = (await place(self.tx, "B3")).id
        now = self.town.clock.now()
        await self.insert(
            "shift_repeats", id=REPEAT, place_id=at, posted_by=poster, minutes=60, people=3, points="东门",
            next_at=now + timedelta(days=8), created_at=now,
        )  # fmt: skip
        for about, state, ahead, joined, people_wanted in (
            ("an open shift", "open", timedelta(hours=6), 0, 3),
            ("a shift to begin", "claimed", timedelta(minutes=10), 2, 3),
            ("a running shift", "arrived", timedelta(minutes=-10), 2, 3),
            ("a shift with too few", "claimed", timedelta(hours=9), 1, 3),
            ("a full shift", "claimed", timedelta(hours=12), 2, 2),
            ("a free place", "claimed", timedelta(hours=15), 2, 3),
            ("a search", "arrived", timedelta(minutes=-10), 2, 3),
            ("a shift to vouch for", "done", timedelta(hours=-2), 1, 3),
        ):
            number, task = SHIFTS[about]
            begins, begun = now + ahead, state in ("arrived", "done")
            kind = "search" if about == "a search" else "patrol"
            await self.insert(
                "tasks", id=task, kind=kind, place_id=at, state=state, taker_id=captain if joined else None,
                due=begins, minutes=60, people=people_wanted, least=2, companions=max(joined - 1, 0),
                arrived_at=begins if begun else None, created_at=now, changed_at=now,
            )  # fmt: skip
            await self.insert(
                "shifts", id=number, task_id=task, posted_by=poster, begins=begins,
                began_at=begins if begun else None, ended_at=now if state == "done" else None,
            )  # fmt: skip
            if joined > 1:
                await self.insert("companions", task_id=task, person_id=mate, state="going", at=now)
        await self.insert("shift_points", id=POINT, shift_id=SHIFTS["a running shift"][0], name="东门")
        until = now + timedelta(minutes=30)
        task = SHIFTS["a free place"][1]
        await self.insert("companions", task_id=task, person_id=waits, state="asked", at=now, until=until)
