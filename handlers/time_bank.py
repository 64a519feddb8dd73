"""⏳ 我的时间: one's minutes, 信用时 and 荣誉时 apart; a certificate, and what its QR says to anybody.

志愿者: [⏳ 我的时间]
近邻: ⏳ 我的时间 / 信用时：20 分钟，能用、能送。 …  [🎁 送给家人] [💛 捐给社区] [📄 开证明]
志愿者: [📄 开证明]
近邻: 好，正在开证明，一会儿发给您，不收钱。
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import certificates, time_bank_statement
from community.tell import Both, Text
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from storage.records import Json

MINE = button("my_time", "time.show")


@dataclass(frozen=True, kw_only=True)
class Statement(Text, template="time_bank/statement"):
    """Balances and the latest lines."""

    credit: int
    surplus: int
    honour: int
    promised: int
    lines: list[Json]
    hotline: str


@dataclass(frozen=True, kw_only=True)
class CertificateAsked(Text, template="time_bank/certificate_asked"):
    """It is being made."""


@dataclass(frozen=True, kw_only=True)
class CertificateSays(Text, template="time_bank/certificate_says"):
    """What a certificate says, to whoever scans it, and whether it holds."""

    number: int
    name: str
    visits: int
    credit: int
    honour: int
    since: datetime
    issued_at: datetime
    issuer: Both
    holds: bool


async def show(_: Update, turn: Turn, __: Press) -> None:
    """⏳ 我的时间"""
    found = await time_bank_statement.of(turn.tx, turn.here, turn.person)
    held = found.holdings
    text = Statement(
        credit=held.credit,
        surplus=held.surplus,
        honour=held.honour,
        promised=held.promised,
        lines=found.lines,
        hotline=turn.here.neighbourhood.community.hotline,
    )
    buttons: Rows = []
    if held.to_give:
        buttons.append([button("give", "time.give"), button("donate", "time.donate")])
    if found.lines:
        buttons.append([button("certificate", "time.certify")])
    await turn.answer()
    await turn.say(text, buttons=buttons)


async def certify(_: Update, turn: Turn, __: Press) -> None:
    """📄 开证明"""
    await certificates.issue(turn.tx, turn.here, turn.person)
    await turn.answer()
    await turn.say(CertificateAsked())


async def follow(_: Update, turn: Turn, payload: str) -> None:
    """The QR of a certificate, scanned by anybody: what is on the paper, and nothing more."""
    said = await certificates.verify(turn.tx, turn.here, payload)
    await turn.say(CertificateSays(**vars(said)))


PRESSES = {"time.show": show, "time.certify": certify}
