"""What rows become: frozen records, open to all. Times are UTC-aware; permissions alone open `Sealed` values."""

from dataclasses import dataclass
from datetime import datetime

from storage.crypto import Sealed
from storage.rows import Json as Json
from storage.states import (
    CheckInState,
    CompanionState,
    ContactMode,
    DeliveryState,
    EmergencyCause,
    FindingKind,
    Keyboard,
    LapseKind,
    NoticeState,
    OutboxKind,
    OutboxState,
    PlaceKind,
    PositionSaid,
    Priority,
    ProxyState,
    ReportEvent,
    ReportState,
    Role,
    TaskKind,
    TaskState,
    VoteKind,
    VoteState,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in the houses' tree or in the grid's."""

    id: int
    code: str
    kind: PlaceKind
    parent_id: int | None
    cell_id: int | None
    name_zh: str
    name_en: str
    floor: int | None
    area: int | None  # 0.01 m²
    door: str  # the unguessable part of its door payload

    @property
    def name(self) -> dict[str, str]:
        """The name in both languages, as texts take it."""
        return {"zh": self.name_zh, "en": self.name_en}


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Anybody the bot has met or staff have registered."""

    id: int
    telegram_id: int | None
    language: str
    contact_mode: ContactMode
    keyboard: Keyboard
    name: Sealed | None
    phone: Sealed | None
    place_id: int | None  # a household, a dormitory, or a stairwell where the flat is not known
    joined_at: datetime | None
    verified_at: datetime | None  # membership of the household confirmed
    unreachable_at: datetime | None
    erased_at: datetime | None
    alone: bool  # lives alone and is looked in on
    quiet_from: int | None  # minutes after midnight between which they are not disturbed, beside the community's hours
    quiet_to: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A role somebody holds at a place."""

    role: Role
    place_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Invite:
    """A one-time invitation to a role at a place."""

    id: int
    role: Role
    place_id: int
    uses_left: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A group chat the bot is or was in."""

    id: int
    chat_id: int
    language: str
    place_id: int | None  # bound to this place


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialogue:
    """Where a person is in a conversation with the bot."""

    chat_id: int
    person_id: int
    flow: str
    step: str
    draft: Json
    touched_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An update that waits to be handled."""

    id: int
    lane: int
    payload: Json
    tries: int
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """A waiting update as a worker sees it that has yet to take it; `ours`: its lane is locked for this worker."""

    id: int
    lane: int
    tries: int
    ours: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """A message that waits to be sent, as far as its turn depends on it."""

    id: int
    priority: Priority
    kind: OutboxKind
    chat: int  # stands for the chat: a person's id, or a group's id below zero
    card_id: int | None
    not_before: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A message that waits to be sent, with where it goes and what it belongs to."""

    id: int
    priority: Priority
    kind: OutboxKind
    person_id: int | None
    group_id: int | None
    chat_id: int | None  # None: the person has no chat
    language: str
    card_id: int | None
    card_kind: str | None
    card_subject: int | None
    card_message: int | None
    card_form: str | None  # "text" or "photo", as it was first sent
    card_shown: str | None  # digest of what it shows
    template: str | None
    context: Json | None
    alters_message: int | None  # the message whose place it takes
    tries: int
    not_before: datetime
    created_at: datetime
    state: OutboxState
    asks: str | None  # None until it has waited for somebody to wake
    done_at: datetime | None

    @property
    def chat(self) -> int:
        """What stands for the chat."""
        return self.person_id if self.person_id is not None else -(self.group_id or 0)

    @property
    def queued(self) -> Queued:
        """As it waits for its turn."""
        return Queued(
            id=self.id,
            priority=self.priority,
            kind=self.kind,
            chat=self.chat,
            card_id=self.card_id,
            not_before=self.not_before,
        )

    def is_still(self, queued: Queued) -> bool:
        """Whether it is the row that waited, not another that was given the same id."""
        return (
            self.priority is queued.priority
            and self.kind is queued.kind
            and self.chat == queued.chat
            and self.card_id == queued.card_id
            and self.not_before == queued.not_before
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """Something that falls due."""

    id: int
    kind: str
    subject_id: int
    due: datetime
    tries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyState:
    """应急状态, declared by staff; on until it is ended."""

    id: int
    cause: EmergencyCause
    begun_by: int
    begun_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many of one kind."""

    state: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """Who opened somebody's address, when."""

    at: datetime
    actor_id: int
    actor_role: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Something wrong in the neighbourhood."""

    id: int
    reporter_id: int | None  # None: erased
    category: str
    place_id: int
    spot: Sealed | None  # where exactly, in the reporter's words
    words: Sealed | None
    state: ReportState
    unit: str | None  # the responsible unit that has it; None: whoever keeps it
    keeper_id: int | None  # the grid worker or staff member who accepted it
    group_id: int | None  # where it was found
    group_message_id: int | None
    accept_due: datetime
    resolve_due: datetime
    outcome: ReportEvent | None  # solved, partly
    stars: int | None
    entered_by: int | None  # who took the call; None: reported in chat
    door: bool  # whoever of the desk comes may see the reporter's name, door and phone
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFile:
    """A photo or voice message of a report."""

    kind: str
    file: str
    after: bool  # shows the result


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportEventRow:
    """One line of a report's timeline."""

    at: datetime
    actor_id: int | None
    event: ReportEvent
    state: ReportState
    unit: str | None
    note: Sealed | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Find:
    """A group message that may become a report."""

    id: int
    group_id: int
    author_telegram_id: int
    message_id: int
    words: Sealed | None
    file: str | None
    kind: str
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Help that somebody ordered, or that was ordered for them."""

    id: int
    person_id: int  # who is helped
    ordered_by: int
    service: str
    words: Sealed | None
    voice: str | None  # file_id
    photo: str | None  # file_id
    password: Sealed  # the volunteer says it at the door
    wanted_id: int | None  # the volunteer who was asked for by name
    repeat_id: int | None  # it comes again every week
    receipt: str | None  # file_id: what was bought, and for how much
    stars: int | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """An order that comes again every week."""

    id: int
    person_id: int
    ordered_by: int
    service: str
    words: Sealed | None
    wanted_id: int | None
    weekday: int  # Monday is 0
    minute: int  # of the day, by the community's clock
    next_at: datetime  # when somebody comes next
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxy:
    """Somebody who may order for another, or has asked to."""

    id: int
    person_id: int
    proxy_id: int
    state: ProxyState


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One unit of claimable work."""

    id: int
    kind: TaskKind
    order_id: int | None
    person_id: int | None  # whom it is for
    place_id: int
    state: TaskState
    taker_id: int | None
    due: datetime
    minutes: int
    asked_at: datetime | None  # 还能来吗? was asked
    answered_at: datetime | None  # and answered
    arrived_at: datetime | None
    done_at: datetime | None
    template: str | None  # a call: what is to be said
    context: Json | None
    question: str | None  # a call: the card whose question is asked
    subject_id: int | None
    tries: int
    skill: str | None  # what the takers can do
    urgent: bool  # nobody's quiet hours and caps count
    people: int  # may go
    least: int  # must go
    companions: int  # who joined after the captain
    wave: int  # 0: nobody has been asked yet
    looking_since: datetime | None  # or from when on, if that lies ahead
    until: datetime | None  # by when whoever is there is asked whether all is well
    alarm_at: datetime | None  # they asked for help, or were not heard of; not settled yet
    came: PositionSaid | None  # the position sent at sign-in
    went: PositionSaid | None  # and at sign-out
    created_at: datetime

    @property
    def joined(self) -> int:
        """How many go: the captain and the companions."""
        return self.companions + (self.taker_id is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """A shift (班次); its task says what, where, how many and how far it has come."""

    id: int
    task_id: int
    repeat_id: int | None
    posted_by: int
    begins: datetime
    began_at: datetime | None
    ended_at: datetime | None
    note: Sealed | None  # the captain's, at the end
    reason: Sealed | None  # why staff called it off
    words: Sealed | None  # what there is to do, or whom to look for
    found_at: datetime | None  # whom a search was for


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftRepeat:
    """A shift that comes every week."""

    id: int
    place_id: int
    posted_by: int
    minutes: int
    people: int
    points: str  # one a line
    kind: TaskKind
    words: Sealed | None
    skill: str | None
    next_at: datetime  # the next shift that has not been posted yet
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftPoint:
    """Where a patrol checks in, or what a search looks through."""

    id: int
    shift_id: int
    name: str
    at: datetime | None
    person_id: int | None
    located: bool  # a position was sent along; it is not kept


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftFinding:
    """What a patrol or a search came back with."""

    id: int
    shift_id: int
    kind: FindingKind
    person_id: int
    report_id: int | None
    words: Sealed | None
    at: datetime
    relayed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InLine:
    """Somebody on the waiting list of a task."""

    person_id: int
    state: CompanionState
    at: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Volunteer:
    """What somebody who applied offers."""

    person_id: int
    hours: int  # bits of a week: three parts a day from Monday morning on
    place_id: int | None  # how far they go; None: they were invited, and their role says it
    applied_at: datetime
    checked_at: datetime | None  # staff have seen who they are
    paused_until: datetime | None  # nothing is offered until then
    put_off_at: datetime | None  # staff could not check it yet
    stopped_at: datetime | None  # by staff, who said why
    stopped_for: Sealed | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HelperPhoto:
    """A volunteer's photo, for those they go to."""

    file: Sealed  # file_id
    at: datetime
    checked_by: int | None  # of staff, who have seen that it is them


@dataclass(frozen=True, kw_only=True, slots=True)
class Lapse:
    """Somebody did not come as they had said."""

    kind: LapseKind
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedVolunteer:
    """How often somebody was asked to help since some moment, and what they said."""

    person_id: int
    asked: int
    taken: int
    declined: int
    last: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamFigures:
    """What a team's members did since some moment, while they were members."""

    members: int  # now
    outings: int
    minutes: int  # of everybody who went
    people: int  # served


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckIn:
    """Somebody who says every day that they are well (报平安)."""

    person_id: int
    place_id: int | None
    minute: int  # of the day, by when
    enrolled_by: int | None
    enrolled_at: datetime
    agreed_at: datetime | None
    begins_at: datetime  # nothing is asked before
    away_since: datetime | None
    wakes: int | None  # minute of the day at which their own quiet hours end


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckInDay:
    """One day of 报平安."""

    id: int
    person_id: int
    day: int  # 20250610
    due: datetime
    state: CheckInState
    acted_at: datetime  # the clock's steps up to here have been taken
    task_id: int | None  # the knock at the door
    found_by: int | None
    settled_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What staff tell a place; how far it has gone out is kept with it."""

    id: int
    author_id: int
    role: Role  # by which it was sent
    office_id: int  # the place the role is held at
    place_id: int  # who lives here gets it
    words: Sealed
    photo: str | None  # file_id
    state: NoticeState
    place_cursor: int | None  # the place whose people are queued now; None: all who lived there when it was sent are
    cursor: int  # who has a larger id came later, and is queued after those
    mending: int | None  # the last person's id whose card is queued to be corrected; None: nothing to correct
    expected: int  # people, as counted when it was sent; as it was in the end
    reached: int  # people it was queued for
    delivered: int
    blocked: int
    failed: int
    received: int  # people who pressed 收到
    created_at: datetime
    corrected_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One person's share of a notice."""

    notice_id: int
    person_id: int
    state: DeliveryState
    receipt_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """A place, and how many people a notice to it reaches."""

    place_id: int
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """A stretch of people: how many, and the last one's id (0: nobody)."""

    count: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """Somebody a notice goes to next, and where they live."""

    person_id: int
    place_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Vote:
    """A question put to the households of a place."""

    id: int
    kind: VoteKind
    place_id: int
    question: str
    plan: str | None
    plan_file: str | None  # file_id of a photo
    state: VoteState
    households: int  # on the roll
    opened_by: int
    opened_at: datetime
    closes_at: datetime
    ended_at: datetime | None  # closed or cancelled


@dataclass(frozen=True, kw_only=True, slots=True)
class VoteOption:
    """Something that can be chosen."""

    choice: str
    name: str  # empty: yes, no and abstain are named by the texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """What a household has chosen."""

    choice: str
    person_id: int | None  # who pressed; None: erased
    cast_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnBallot:
    """A ballot that somebody cast for their household."""

    question: str
    choice: str
    name: str  # of the option; empty: yes, no or abstain
    cast_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class VoteRound:
    """The last one that a round through the roll has reached."""

    household_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something to be made outside a transaction."""

    id: int
    kind: str
    subject_id: int
    tries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture we made; without its bytes once Telegram has a copy."""

    id: int
    png: bytes | None
    file_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedValue:
    """A sealed value and the primary key of its row, of one to three columns."""

    k0: int
    k1: int | None = None
    k2: str | None = None
    token: bytes

    @property
    def key(self) -> tuple[int | str, ...]:
        """The key's columns."""
        return tuple(part for part in (self.k0, self.k1, self.k2) if part is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """How much of something waits, and since when."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxBacklog:
    """The same of the messages of one priority."""

    priority: Priority
    count: int
    oldest: datetime
