"""What patrols came to, computed from the rows of their rounds."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Counted

_FIGURES = """
SELECT 'rounds' AS state, COUNT(*) AS count FROM w
UNION ALL SELECT 'minutes', CAST(COALESCE(SUM((ended_at - began_at) / 60000 * (companions + 1)), 0) AS BIGINT) FROM w
UNION ALL SELECT 'people', COUNT(*) FROM (SELECT taker_id FROM w WHERE taker_id IS NOT NULL UNION
    SELECT c.person_id FROM companions c JOIN w ON w.task_id = c.task_id WHERE c.state = 'going') one
UNION ALL SELECT 'points', COUNT(*) FROM w JOIN shift_points x ON x.shift_id = w.id WHERE x.at IS NOT NULL
UNION ALL SELECT 'all_points', COUNT(*) FROM w JOIN shift_points x ON x.shift_id = w.id
UNION ALL SELECT f.kind, COUNT(*) FROM w JOIN shift_findings f ON f.shift_id = w.id GROUP BY f.kind
UNION ALL SELECT 'solved', COUNT(*) FROM w JOIN shift_findings f ON f.shift_id = w.id
    JOIN reports r ON r.id = f.report_id WHERE r.state IN ('checked', 'closed')
"""

_WALKED = (
    "SELECT s.id, s.task_id, s.began_at, s.ended_at, t.taker_id, t.companions "
    "FROM shifts s JOIN tasks t ON t.id = s.task_id WHERE"
)


async def between(tx: Transaction, *, place_ids: list[int], since: datetime, until: datetime) -> list[Counted]:
    """Of the patrols that ended in a span of time at these places or in them: each figure by its name."""
    return await tx.all(
        Counted,
        f"WITH w AS ({_WALKED} t.kind = 'patrol' AND s.ended_at >= :since AND s.ended_at < :until "
        f"AND EXISTS (SELECT 1 FROM reach r WHERE r.place_id = t.place_id "
        f"AND {tx.among('r.ancestor_id', 'place_ids')})) {_FIGURES}",
        place_ids=place_ids,
        since=since,
        until=until,
    )


async def of_round(tx: Transaction, shift_id: int) -> list[Counted]:
    """Of one round."""
    return await tx.all(
        Counted, f"WITH w AS ({_WALKED} s.id = :shift_id AND s.ended_at IS NOT NULL) {_FIGURES}", shift_id=shift_id
    )
