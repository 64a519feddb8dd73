"""The states things can be in, and the kinds they come in: plain data, open to all."""

from enum import IntEnum, StrEnum


class PlaceKind(StrEnum):
    """What a place is, in the houses' tree or in the grid's."""

    STREET = "street"  # 街道
    COMMUNITY = "community"  # 社区
    ESTATE = "estate"  # 小区
    BUILDING = "building"  # 楼栋
    STAIRWELL = "stairwell"  # 梯位
    HOUSEHOLD = "household"  # 户
    DORMITORY = "dormitory"  # 宿舍, 工地
    GRID = "grid"  # 网格
    CELL = "cell"  # 小队, at most 10 households
    UNIT = "unit"  # 责任单位: its people hold the staff role at it and reach nothing else


class Role(StrEnum):
    """What a person may be at a place or grid; it reaches everything under it."""

    RESIDENT = "resident"  # 居民
    VOLUNTEER = "volunteer"  # 志愿者
    STAIR_CAPTAIN = "stair_captain"  # 梯位长
    BUILDING_CAPTAIN = "building_captain"  # 楼栋长
    GRID_WORKER = "grid_worker"  # 网格员
    STAFF = "staff"  # 社区工作人员
    ADMIN = "admin"  # the operator's own account


class ContactMode(StrEnum):
    """How a person is reached."""

    CHAT = "chat"
    PHONE = "phone"
    DOOR = "door"


class Keyboard(StrEnum):
    """Which keyboard a person is given."""

    PLAIN = "plain"
    ELDER = "elder"


class Priority(IntEnum):
    """Who goes first in the outbox."""

    EMERGENCY = 0
    REPLY = 1
    TASK = 2
    NOTICE = 3


class InboxState(StrEnum):
    """Where an update is on its way in."""

    WAITING = "waiting"
    DONE = "done"
    POISON = "poison"  # set aside after its tries


class OutboxState(StrEnum):
    """Where a message is on its way out."""

    WAITING = "waiting"
    SENDING = "sending"  # in flight; waiting again after a crash
    HELD = "held"  # whom it is for rests: it waits until they wake (`community/pings.py`)
    MERGED = "merged"  # told with others as one message, the person's digest
    SENT = "sent"
    DROPPED = "dropped"  # not worth sending any more: stale, or nothing left to change
    FAILED = "failed"  # set aside with its reason


class OutboxKind(StrEnum):
    """What the sender is to do."""

    SAY = "say"  # a template with its context
    CARD = "card"  # show a card for the first time
    EDIT = "edit"  # show a card as it is now
    ANSWER = "answer"  # answer a press of a button
    COMMANDS = "commands"  # set which commands a person is offered
    FADE = "fade"  # take the buttons (and with a template the words) off a message that a newer one replaces
    GONE = "gone"  # take a message back: a photo that is not to stay
    ALTER = "alter"  # turn an earlier message into a template with its context


class ReportState(StrEnum):
    """Where a report is on its way."""

    SUBMITTED = "submitted"  # 已提交: nobody has it yet
    ACCEPTED = "accepted"  # 受理: the grid worker has it and checks it on site
    ASSIGNED = "assigned"  # 派单: found true, a responsible unit handles it
    RESOLVED = "resolved"  # 处置: the handler says it is done
    CHECKED = "checked"  # 核实: the grid worker has seen that it is; the resident judges
    CLOSED = "closed"  # 评价: judged by the resident
    DECLINED = "declined"  # 退回: not a matter for this desk, with the reason
    WITHDRAWN = "withdrawn"  # 撤回 by the reporter


class ReportEvent(StrEnum):
    """What happens to a report."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    ASSIGN = "assign"
    DECLINE = "decline"
    GIVE_BACK = "give_back"  # the unit says it is not theirs
    RESOLVE = "resolve"
    CHECK = "check"
    REDO = "redo"  # checked, and not done
    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"
    RATE = "rate"
    WITHDRAW = "withdraw"
    OVERDUE = "overdue"
    JOIN = "join"  # 我也遇到了


class TaskKind(StrEnum):
    """What a task is."""

    VISIT = "visit"  # 上门
    SOS = "sos"  # 🆘: whoever is near, at once
    CALL = "call"  # a message to somebody who is reached by phone or at the door
    PATROL = "patrol"  # 巡防
    EVENT = "event"  # 志愿活动: helpers at an event
    SEARCH = "search"  # 寻人: go out and look for somebody
    KNOCK = "knock"  # 敲门: is somebody well who has not said so today?


class TaskState(StrEnum):
    """Where a task is on its way."""

    OPEN = "open"  # somebody is looked for
    CLAIMED = "claimed"  # 已接单
    ON_WAY = "on_way"  # 出发了
    ARRIVED = "arrived"  # 到门口了
    DONE = "done"  # the taker says so; the person served has not confirmed yet
    CONFIRMED = "confirmed"  # confirmed by the person served, or (a call) told
    CANCELLED = "cancelled"


class TaskEvent(StrEnum):
    """What happens to a task."""

    OPEN = "open"
    CLAIM = "claim"
    JOIN = "join"  # a companion
    LEAVE = "leave"  # a companion who cannot come
    CHANGE = "change"  # another time
    IMPOSTOR = "impostor"  # 举报冒充, 暗号不对: the wrong person at the door
    ALARM = "alarm"  # whoever is there asked for help, or was not heard of
    WELL = "well"  # all is well with them
    RELEASE = "release"  # 去不了
    RETURN = "return"  # put back: the taker fell silent
    SET_OFF = "set_off"
    ARRIVE = "arrive"
    FINISH = "finish"
    CONFIRM = "confirm"  # 好了
    NOT_GOOD = "not_good"  # 没好
    NO_SHOW = "no_show"  # 没人来
    CANCEL = "cancel"


class PositionSaid(StrEnum):
    """What a position said that a helper sent; the position itself is not kept."""

    SENT = "sent"  # nobody knows where the building is
    NEAR = "near"
    AWAY = "away"


class LapseKind(StrEnum):
    """How somebody did not come as they had said."""

    LATE = "late"
    NO_SHOW = "no_show"


class OfferState(StrEnum):
    """What somebody who was asked has said."""

    ASKED = "asked"
    TAKEN = "taken"  # 我去
    DECLINED = "declined"  # 这次不行
    RELEASED = "released"  # took it and gave it back, or fell silent


class ProxyState(StrEnum):
    """Whether somebody may order for another."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    ENDED = "ended"  # taken back


class CompanionState(StrEnum):
    """How somebody who joined a task after its captain stands."""

    GOING = "going"
    LEFT = "left"  # 去不了
    WAITING = "waiting"  # 候补
    ASKED = "asked"  # a place came free for them: 还来吗?


class FindingKind(StrEnum):
    """What a shift comes back with."""

    HAZARD = "hazard"  # 隐患: a report of its own
    QUARREL = "quarrel"  # 劝和
    CLUE = "clue"  # 线索


class NoticeState(StrEnum):
    """Where a notice is on its way out."""

    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"  # who has it keeps it, nobody else gets it
    SENT = "sent"  # everybody was reached, or found not to be reachable


class DeliveryState(StrEnum):
    """How far a notice has come to one person."""

    WAITING = "waiting"  # in the outbox
    DELIVERED = "delivered"
    BLOCKED = "blocked"  # the person has blocked the bot, or never opened it
    FAILED = "failed"  # Telegram would not take it


class VoteKind(StrEnum):
    """What a vote offers."""

    YES_NO = "yes_no"  # 赞成 反对 弃权
    CHOOSE_ONE = "choose_one"  # one of several, or 弃权


class VoteState(StrEnum):
    """Where a vote is on its way."""

    OPEN = "open"
    CLOSED = "closed"  # the deadline has passed: counted
    CANCELLED = "cancelled"  # taken back by staff: not counted


class AccountKind(StrEnum):
    """What the minutes on an account are good for."""

    CREDIT = "credit"  # 信用时: signed in and out, can be used and given
    SURPLUS = "surplus"  # above a ceiling: can only be given away
    HONOUR = "honour"  # 荣誉时: entered by hand, only recorded


class TransferKind(StrEnum):
    """Why minutes moved."""

    VISIT = "visit"  # help that was confirmed: from who was served, or the fund
    EXCESS = "excess"  # set apart, because a ceiling was passed
    ENTRY = "entry"  # 补记: entered by hand by one of staff, confirmed by another
    GIFT = "gift"
    DONATION = "donation"  # to the fund
    REVERSAL = "reversal"  # 冲正: the mirror of another transfer
    COVER = "cover"  # the fund makes good what was used before it was reversed


class PostingKind(StrEnum):
    """What waits for somebody else's yes."""

    ENTRY = "entry"
    REVERSAL = "reversal"
    GIFT = "gift"


class PostingState(StrEnum):
    """Where it is on its way."""

    PENDING = "pending"
    COMMITTED = "committed"  # posted
    REJECTED = "rejected"  # not so, not wanted, or nobody has said anything in time


class Relation(StrEnum):
    """What the receiver of a gift is to the giver."""

    SPOUSE = "spouse"  # 配偶, at the age that the neighbourhood file sets
    PARENT = "parent"  # 父母
    FAMILY = "family"  # 其他家人


class CheckInState(StrEnum):
    """How far a day of 报平安 has come."""

    WAITING = "waiting"  # not heard of yet; from card to card until the hour
    PHONED = "phoned"  # silent: the desk rings up
    ALERTED = "alerted"  # neighbour and family know
    KNOCKING = "knocking"  # a captain is to go and knock
    DESK = "desk"  # the desk has it, and is reminded until it is settled
    HELP = "help"  # 今天不舒服, 需要帮助: the desk has it
    SAFE = "safe"  # 我很好, or found well
    AWAY = "away"  # 我出门几天
    SKIPPED = "skipped"  # we stood still, and it is too late to ask today
    ENDED = "ended"  # 不再报平安


class CheckInEvent(StrEnum):
    """What happens on a day of 报平安."""

    PHONE = "phone"
    ALERT = "alert"
    KNOCK = "knock"
    DESK = "desk"  # nobody answered the door, or an hour has gone by
    TAP = "tap"  # 我很好
    FOUND = "found"  # somebody has seen or heard them well
    UNWELL = "unwell"  # 今天不舒服
    NEED_HELP = "need_help"  # 需要帮助
    LEAVE = "leave"  # 我出门几天
    SKIP = "skip"
    END = "end"


class CheckInStep(StrEnum):
    """What the clock does on a day of 报平安, in this order."""

    REMIND = "remind"
    PHONE = "phone"
    ALERT = "alert"
    KNOCK = "knock"
    DESK = "desk"


class ContactState(StrEnum):
    """Whether somebody agrees to be told when a neighbour has not said that they are well."""

    ASKED = "asked"
    WILLING = "willing"  # 愿意
    UNWILLING = "unwilling"  # 不方便


class EmergencyCause(StrEnum):
    """Why 应急状态 was declared."""

    TYPHOON = "typhoon"  # 台风
    RAINSTORM = "rainstorm"  # 暴雨
    OUTAGE = "outage"  # 停水停电
    OTHER = "other"  # 别的突发情况
