"""The picture of a vote's result, in the community's first language."""

import functools
import html
from collections.abc import Callable
from datetime import datetime

from bot.charts import Bar, bars
from community import permissions, votes
from community.here import Here
from community.vote_results import percent
from handlers.texts import Texts
from storage.database import Transaction
from storage.queries import jobs


class VoteChart:
    """Draws results and has them told."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def prepare(self, tx: Transaction, here: Here, subject_id: int) -> Callable[[], bytes]:
        """Count once more, from the ballots. Raises LookupError for a vote that has no result."""
        vote = await votes.get(tx, subject_id)
        tally = await votes.result(tx, vote)
        if tally is None:
            raise LookupError("a vote without a result")
        names = {o.choice: o.name for o in await votes.choices(tx, vote)}
        language = self._texts.default
        rows = [
            Bar(
                label=names[line.choice] or self._texts.label(language, f"vote_{line.choice}"),
                value=line.votes,
                note=f"{percent(line.share)}%",
                winner=line.leads,
            )
            for line in tally.lines
        ]
        context = {
            "place": await permissions.full_name(tx, vote.place_id),
            "roll": tally.roll,
            "cast": tally.cast,
            "turnout": percent(tally.turnout),
            "due": self._day(here, vote.closes_at),
        }
        footer = html.unescape(self._texts.render(language, "vote/chart_footer", context, now=here.now))
        return functools.partial(bars, vote.question, rows, footer)

    def _day(self, here: Here, at: datetime) -> str:
        """The date and not `today`: a picture is looked at for a long time."""
        local = at.astimezone(here.zone)
        day: dict[str, object] = {"month": local.month, "day": local.day, "weekday": local.weekday()}
        return self._texts.label(self._texts.default, "when_date", time=f"{local.hour}:{local.minute:02d}", **day)

    async def finish(self, tx: Transaction, here: Here, subject_id: int, made: bytes | None) -> None:
        """Drawn or not: the result is told."""
        if made is not None:
            await jobs.put_picture(tx, kind=votes.CHART, subject_id=subject_id, png=made, now=here.now)
        await votes.publish(tx, here, subject_id)
