"""A certificate of service as a PDF: what is on it, in the community's first language, and its QR."""

import functools
import html
from collections.abc import Callable

from bot.certificate_page import Paper, draw
from community import certificates, tasks
from community.here import Here
from community.tell import NO_NAME, plain
from handlers.texts import Texts
from storage.database import Transaction
from storage.records import Json
from storage.time_bank_records import ServiceCount

_MOST_ROWS = 5
_OTHERS = "*"


class CertificateSheet:
    """Makes certificates and has them handed over."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def prepare(self, tx: Transaction, here: Here, subject_id: int) -> Callable[[], bytes]:
        """Put it into words. Raises LookupError for one that is not to be made any more."""
        return functools.partial(draw, await self.paper(tx, here, subject_id), at=here.now)

    async def finish(self, tx: Transaction, here: Here, subject_id: int, made: bytes | None) -> None:
        """Made or not: whoever asked for it hears of it."""
        name = self._texts.label(self._texts.default, "certificate_file", number=subject_id)
        await certificates.hand_over(tx, here, subject_id, made=made, name=name)

    async def paper(self, tx: Transaction, here: Here, subject_id: int) -> Paper:
        """Every word of it. Raises LookupError."""
        found = await certificates.sheet(tx, here, subject_id)
        said = {name: plain(value) for name, value in vars(found.said).items()}
        rows = [self._row(here, line) for line in _shortened(found.services)]

        def words(template: str) -> str:
            page = self._texts.render(self._texts.default, template, said, now=here.now)
            return html.unescape(page).strip()

        return Paper(
            title=words("certificate/title"),
            number=words("certificate/number"),
            body=words("certificate/body"),
            head=_three(words("certificate/head")),
            rows=rows,
            note=words("certificate/note"),
            issuer=words("certificate/issuer"),
            date=words("certificate/date"),
            seal=words("certificate/seal"),
            check=words("certificate/check"),
            link=found.link,
        )

    def _row(self, here: Here, line: ServiceCount) -> tuple[str, str, str]:
        known = line.service in {s.code for s in here.neighbourhood.services} | {tasks.SOS, *tasks.SHIFTS}
        context: Json = {
            "service": tasks.service_name(here, line.service) if known else NO_NAME,
            "by_hand": line.service == "",
            "visits": line.visits,
            "minutes": line.minutes,
        }
        page = self._texts.render(self._texts.default, "certificate/row", context, now=here.now)
        return _three(html.unescape(page))


def _three(page: str) -> tuple[str, str, str]:
    first, second, third = (cell.strip() for cell in page.strip().split("|"))
    return first, second, third


def _shortened(services: list[ServiceCount]) -> list[ServiceCount]:
    """The most first, the rest in one row; what was entered by hand always in its own."""
    by_hand = [line for line in services if not line.service]
    named = [line for line in services if line.service]
    rest = named[_MOST_ROWS - 1 :] if len(named) > _MOST_ROWS else []
    shown = named[: len(named) - len(rest)]
    if rest:
        visits, minutes = sum(line.visits for line in rest), sum(line.minutes for line in rest)
        shown.append(ServiceCount(service=_OTHERS, visits=visits, minutes=minutes))
    return [*shown, *by_hand]
