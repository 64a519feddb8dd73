"""家人代办: whether somebody may order for me, as a card; and taking it back.

→陈奶奶: 小陈想替您下单请人帮忙，您同意吗？  [✅ 同意] [不同意]
陈奶奶: [✅ 同意]
→小陈: 陈奶奶同意了，您可以替她下单了。
"""

from dataclasses import dataclass

from telegram import Update

from community import people, permissions, proxies
from community.here import Here
from community.tell import Text
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person
from storage.states import ProxyState


@dataclass(frozen=True, kw_only=True)
class ProxyCard(Text, template="proxy/card"):
    """May they?"""

    by: str
    state: str


@dataclass(frozen=True, kw_only=True)
class ProxyEnded(Text, template="proxy/ended"):
    """Taken back."""


async def agree(_: Update, turn: Turn, press: Press) -> None:
    """✅ 同意"""
    await proxies.decide(turn.tx, turn.here, turn.person, press.subject, agreed=True)
    await turn.answer()


async def refuse(_: Update, turn: Turn, press: Press) -> None:
    """不同意"""
    await proxies.decide(turn.tx, turn.here, turn.person, press.subject, agreed=False)
    await turn.answer()


async def end(_: Update, turn: Turn, press: Press) -> None:
    """不再让他替我下单"""
    await proxies.end(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(ProxyEnded())


async def card(tx: Transaction, _: Here, id_: int, reader: Person | Group) -> Face | None:
    """For the person served."""
    proxy = await proxies.get(tx, id_)
    if isinstance(reader, Group) or reader.id != proxy.person_id:
        return None
    by = permissions.public_name(tx, await people.get(tx, proxy.proxy_id))
    buttons: Rows = []
    if proxy.state is ProxyState.ASKED:
        buttons = [[button("agree", "proxy.agree", id_), button("disagree", "proxy.refuse", id_)]]
    elif proxy.state is ProxyState.AGREED:
        buttons = [[button("proxy_end", "proxy.end", id_, name=by)]]
    return Face(text=ProxyCard(by=by, state=proxy.state), buttons=buttons)


PRESSES = {"proxy.agree": agree, "proxy.refuse": refuse, "proxy.end": end}
CARDS = {"proxy": card}
