"""A day in the neighbourhood on which everything private that can be said is said, in words found nowhere else.

Private: names, phone numbers, where exactly something is, what people write and caption, notes, passwords, contacts,
drafts, profile names, titles of groups, whole updates, and what is being said to whom.
Public, and not looked for: places and their names, categories and states, what a vote asks and offers, what a
neighbourhood file says. Plain on purpose, because they are looked up by: account and chat numbers, who lives at which
place, who holds which role, a household's choice in a vote, Telegram's file ids (good for nothing without the token).
"""

from dialogue import Contact, Dialogue, Forge, Photo, Press, Reply
from factories import AMEI, AQIANG, B3_GROUP, LIU, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, ZHOU, Room, Speaker
from ordering import password
from telegram import Update
from telegram.ext import TypeHandler

from handlers.context import Turn

PHONES = ("13987650123", "13987650456", "13987650789")
WORDS = (
    "甲寅名",  # of a newcomer
    "乙卯名",  # of a caller
    "丙辰号",  # a profile's
    "丁巳箱子",  # a report's words
    "戊午拐角",  # where it is
    "己未理由",  # why it was declined
    "庚申水管",  # with an order
    "辛酉堵路",  # in a group, found by a neighbour
    "壬戌大院",  # a group's title
    "癸亥草稿",  # a draft of a report
    "甲子草稿",  # a draft of a notice
    "乙丑停水",  # a notice
    "丙寅坏了",  # an update that is set aside
    "丁卯出错",  # said when a handler broke, and in its error
    "戊辰来电",  # what a caller reported
    "己巳名片",  # a contact passed on
    "庚午结果",  # what came of a report
    "辛未义诊",  # why minutes were entered by hand
    "辛未停用",  # why a volunteer was stopped
    "辛未说和",  # a quarrel settled on a shift
    "壬申一趟",  # what its captain says of the round
    "癸酉雷暴",  # why another one is called off
    "甲戌忌口",  # with an order that comes every week
    "乙亥照片",  # the file of a volunteer's photo
    "丙子包饺子",  # what helpers are wanted for
    "丁丑灰外套",  # whom a search is for
)
TROUBLE = WORDS[13]
YARD = Room(id=-2002, title=WORDS[8])
NEWCOMER = Speaker(id=4901, name=WORDS[2])
CAUGHT = Speaker(id=4902, name=WORDS[2])


async def live(chat: Dialogue) -> list[str]:
    """Live through it; every private marker, the password of the day's order included."""
    chat.patient = True
    _break(chat)
    await _join(chat)
    await _report(chat)
    await _order(chat)
    await _call(chat)
    await _notice(chat)
    await _vote(chat)
    await _group(chat)
    await _time_bank(chat)
    await _weekly(chat)
    await _shift(chat)
    await _photo(chat)
    await _stop(chat)
    await _half_done(chat)
    return [*WORDS, *PHONES, await password(chat)]


async def _say(chat: Dialogue, who: Speaker, *lines: object, room: Room | None = None) -> None:
    for line in lines:
        await chat.say(who, line, room=room)


async def _join(chat: Dialogue) -> None:
    door = "/start d_" + (await chat.town.place("B3-2-101")).door
    await _say(chat, NEWCOMER, door, WORDS[0], PHONES[0], Press("✅ 同意"))
    await _say(chat, LIU, Press("✅ 通过"))
    await _say(chat, NEWCOMER, "/who", "/privacy")


async def _report(chat: Dialogue) -> None:
    await _say(chat, AQIANG, Photo(WORDS[3] + "，消防通道又堵了"), Press("✏️ 修改"), Press("地点"), WORDS[4])
    await _say(chat, AQIANG, Press("✅ 提交"))
    await _say(chat, XIAOWANG, Press("属实，派给*"))
    await _say(chat, XIAOHE, Press("退回"), WORDS[5])
    await _say(chat, AQIANG, Photo("楼道灯不亮了"), Press("✅ 提交"))
    await _say(chat, XIAOWANG, Press("🧾 受理"), Press("✅ 提交结果"), Photo(WORDS[16], file="after"))


async def _order(chat: Dialogue) -> None:
    await _say(chat, NAINAI, "🔧 修东西", WORDS[6], Press("✅ 叫人来"))
    await _say(chat, XIAOLIN, Press("🙋 我去"))


async def _call(chat: Dialogue) -> None:
    """Somebody rings up, is registered, reports something, and is told by phone what became of it."""
    await _say(chat, ZHOU, "/desk", Press("☎️ 来电登记"), PHONES[1], WORDS[1], Press("榕荫小区"), Press("3号楼"))
    await _say(chat, ZHOU, Press("2梯"), Press("202"), Press("✅ 同意"), Press("📷 报事"), WORDS[14] + "，路灯不亮")
    await _say(chat, ZHOU, Press("✅ 提交"))
    await _say(chat, XIAOWANG, Press("🧾 受理"))
    await chat.advance(seconds=1)


async def _notice(chat: Dialogue) -> None:
    await _say(chat, WU, "/desk", Press("📣 写通知"), WORDS[11], Press("👥 发给榕荫社区*"), Press("📣 发送"))
    await chat.advance(seconds=10)
    await _say(chat, WU, "/desk", Press("📣 写通知"), WORDS[10])


async def _vote(chat: Dialogue) -> None:
    await _say(chat, XIAOWANG, "/vote", Press("🗳 发起投票"), "3号楼", Press("✅ 就是3号楼"), "装不装充电桩")
    await _say(chat, XIAOWANG, Press("赞成 / 反对"), Press("跳过"), Press("明天 20:00"), Press("✅ 提交"))
    await chat.advance(seconds=1)
    await _say(chat, LIU, Press("赞成"))


async def _group(chat: Dialogue) -> None:
    await _say(chat, LIU, Reply("/report", to=Photo(WORDS[7]), author=AQIANG), room=B3_GROUP)
    await _say(chat, AQIANG, "/report@jinlin_bot", room=YARD)


async def _time_bank(chat: Dialogue) -> None:
    await _say(chat, WU, "/desk", Press("🕰 补记时间"), "小林", Press("是小林"), Press("90 分钟"), WORDS[17])
    await _say(chat, WU, Press("✅ 提交"))
    await _say(chat, ZHOU, Press("属实"))
    await _say(chat, XIAOLIN, "/my", Press("⏳ 我的时间"), Press("📄 开证明"))


async def _stop(chat: Dialogue) -> None:
    await _say(chat, WU, "/desk", Press("🙋 谁被问了"), Press("🙋 志愿者阿梅"), Press("🚫 停用"), WORDS[18])
    await _say(chat, WU, Press("🚫 确定停用"))


async def _weekly(chat: Dialogue) -> None:
    await _say(
        chat, AQIANG, "/order", Press("🍚 送饭"), WORDS[22], Press("⋯*"), Press("🔁 每周一次"), "每周五中午十二点"
    )
    await _say(chat, AQIANG, Press("✅ 叫人来"))


async def _photo(chat: Dialogue) -> None:
    await _say(chat, AMEI, Forge("volunteer.photo:0:"), Photo(file=WORDS[23]))


async def _shift(chat: Dialogue) -> None:
    for kind, words in (("🙌 志愿活动", WORDS[24]), ("🔎 寻人", WORDS[25])):
        await _say(chat, XIAOWANG, Forge("shift.post:0:"), Press(kind), "3号楼", words)
        when = (Press("谁都行"), "6-10 18:00", Press("每周二"), Press("60 分钟"), Press("3 人"))
        await _say(chat, XIAOWANG, *(when if words == WORDS[24] else (Press("不设点"),)), Press("✅ 提交"))
    await chat.advance(minutes=1)  # nobody types all this in a moment
    for when in ("6-10 9:25", "6-10 15:00"):
        await _say(
            chat, XIAOWANG, Forge("shift.post:0:"), Press("🛡 巡防"), "3号楼", when, Press("就这一次"), Press("60 分钟")
        )
        await _say(chat, XIAOWANG, Press("3 人"), Press("不设点"), Press("✅ 提交"))
    await _say(chat, XIAOWANG, Press("🚫 取消这班"), WORDS[21])
    await _say(chat, XIAOLIN, Forge("shift.open:3:"), Press("🙋 我去"))
    await _say(chat, AMEI, Forge("shift.open:3:"), Press("🙋 我去"))
    await _say(chat, XIAOLIN, Press("▶️ 开始巡防"), Press("🤝 劝和一起"), WORDS[19], Press("🏁 巡完了"))
    await _say(chat, XIAOLIN, Press("✅ 都来了"), WORDS[20])


async def _half_done(chat: Dialogue) -> None:
    """What is never finished: drafts, an update that cannot be read, a handler that breaks."""
    await _say(chat, AQIANG, Contact(PHONES[2], own=False), WORDS[15], "/report", WORDS[9] + "，楼道灯不亮了")
    await chat.receive({"update_id": 900_001, "message": {"chat": {"id": LIU.id}, "text": WORDS[12]}})
    await chat.settle()
    await _say(chat, CAUGHT, TROUBLE, Forge("report.nonsense:1:" + WORDS[15]))


def _break(chat: Dialogue) -> None:
    """A handler before all others that breaks at a word, with that word in its error and its locals."""

    async def hear(update: Update, _: Turn) -> None:
        said = update.effective_message.text if update.effective_message else None
        if said == TROUBLE:
            raise RuntimeError(said)

    chat.application.add_handler(TypeHandler(Update, hear), group=-1)
