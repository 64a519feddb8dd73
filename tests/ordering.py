"""The steps of an order that several tests begin with."""

from dialogue import Dialogue, Edited, Popup, Press
from factories import NAINAI, XIAOLIN, ZHOU, Speaker

from storage.queries import orders as order_rows
from storage.queries import tasks
from storage.records import Order, Task


async def order(chat: Dialogue, key: str = "🔧 修东西", who: Speaker = NAINAI) -> None:
    """An elder orders with two taps."""
    await chat.play(
        who,
        [
            (key, "*叫人来吗？*"),
            (Press("✅ 叫人来"), ["*正在找人*", "好，正在找人，20 分钟内给您回话。*"]),
        ],
    )


async def claim(chat: Dialogue, who: Speaker = XIAOLIN) -> None:
    """A volunteer claims it."""
    await chat.play(who, [(Press("🙋 我去"), [Popup("交给您了，谢谢！"), Edited("*")])])


async def to_the_end(chat: Dialogue, who: Speaker = XIAOLIN) -> None:
    """The volunteer goes there, and says that it is done."""
    await chat.play(who, [(Press("📍 到门口了"), [Popup("到了先说暗号*"), Edited("*")])])
    await chat.advance(minutes=20)
    await chat.play(who, [(Press("✅ 做好了"), [Popup("辛苦了！*"), Edited("*等对方确认*")])])


async def order_by_phone(chat: Dialogue, phone: str = "13900001077", who: Speaker = ZHOU) -> None:
    """The officer on duty takes an order down for somebody who is known by this number."""
    await chat.play(
        who,
        [
            ("/desk", "*"),
            (Press("☎️ 来电登记"), "对方的电话号码是多少*"),
            (phone, "这个号码登记过，是哪一位？"),
            (Press("是*"), "*要办什么？"),
            (Press("🧺 下单"), "要帮什么忙？"),
            (Press("🔧 修东西"), "🔧 修东西*下单吗*"),
            (Press("✅ 下单"), "下好了，订单 0001*"),
        ],
    )
    await chat.advance(seconds=1)


async def rows(chat: Dialogue, order_id: int = 1) -> tuple[Order, Task]:
    """The order and its task as they stand."""
    async with chat.town.database.read() as tx:
        found, task = await order_rows.by_id(tx, order_id), await tasks.of_order(tx, order_id)
    assert found is not None
    assert task is not None
    return found, task


async def password(chat: Dialogue, order_id: int = 1) -> str:
    """The word that is said at the door."""
    found, _ = await rows(chat, order_id)
    async with chat.town.database.read() as tx:
        return str(tx.cipher.open(found.password.token))


def told(chat: Dialogue, who: Speaker) -> list[str]:
    """What somebody newly heard, each in one line."""
    return [" ".join(text.split()) for text in chat.heard(who)]


def card(chat: Dialogue, who: Speaker, pattern: str = "🔧*") -> str:
    """The latest card that reads like this, in one line."""
    return " ".join(chat.card(who, pattern).text.split())


def everything(chat: Dialogue, who: Speaker) -> str:
    """All that somebody was ever shown, whatever became of it since."""
    texts = [c.params.get(k) for c in chat.api.calls for k in ("text", "caption") if c.params.get("chat_id") == who.id]
    return "\n".join(str(t) for t in texts if t)
