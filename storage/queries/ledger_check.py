"""What may be at no moment in the time bank's ledger: every row that one of these finds is an error."""

from storage.database import Transaction

_HELPED = (
    "SELECT 1 FROM (SELECT id AS task_id, taker_id AS person_id FROM tasks WHERE taker_id IS NOT NULL UNION "
    "SELECT task_id, person_id FROM companions WHERE state = 'going') h WHERE h.task_id = k.id"
)
CHECKS: dict[str, str] = {
    "transfer {} has movements that do not sum to zero": (
        "SELECT transfer_id FROM movements GROUP BY transfer_id HAVING SUM(minutes) <> 0 ORDER BY transfer_id"
    ),
    "transfer {} does not have two movements": (
        "SELECT t.id FROM transfers t LEFT JOIN movements m ON m.transfer_id = t.id "
        "GROUP BY t.id HAVING COUNT(m.transfer_id) <> 2 ORDER BY t.id"
    ),
    "transfer {} is of a kind that this program does not know": (
        "SELECT id FROM transfers WHERE kind NOT IN "
        "('visit', 'excess', 'entry', 'gift', 'donation', 'reversal', 'cover') ORDER BY id"
    ),
    "transfer {} is a visit's, but its task is not confirmed": (
        "SELECT t.id FROM transfers t LEFT JOIN tasks k ON k.id = t.task_id AND k.state = 'confirmed' "
        "WHERE t.kind = 'visit' AND k.id IS NULL ORDER BY t.id"
    ),
    "transfer {} is a visit's, but paid to somebody who did not help": (
        "SELECT t.id FROM transfers t JOIN tasks k ON k.id = t.task_id "
        "JOIN movements m ON m.transfer_id = t.id AND m.minutes > 0 JOIN accounts a ON a.id = m.account_id "
        f"WHERE t.kind = 'visit' AND (COALESCE(a.person_id, 0) <> COALESCE(t.helper_id, 0) OR NOT EXISTS ({_HELPED} "
        "AND h.person_id = t.helper_id)) ORDER BY t.id"
    ),
    "task {} is confirmed, but somebody who helped was never banked": (
        "SELECT k.id FROM tasks k WHERE k.kind IN ('visit', 'sos', 'patrol', 'event', 'search') "
        f"AND k.state = 'confirmed' AND EXISTS ({_HELPED} AND NOT EXISTS "
        "(SELECT 1 FROM transfers t WHERE t.task_id = k.id AND t.helper_id = h.person_id)) ORDER BY k.id"
    ),
    "transfer {} was entered by hand without a second person's yes": (
        "SELECT t.id FROM transfers t LEFT JOIN postings p ON p.id = t.posting_id AND p.kind = t.kind "
        "AND p.state = 'committed' AND p.decided_by <> p.asked_by AND p.decided_by <> p.person_id "
        "WHERE t.kind = 'entry' AND p.id IS NULL ORDER BY t.id"
    ),
    "transfer {} reverses another without a second person's yes": (
        "SELECT t.id FROM transfers t LEFT JOIN postings p ON p.id = t.posting_id AND p.kind = 'reversal' "
        "AND p.state = 'committed' AND p.decided_by <> p.asked_by "
        "WHERE t.kind IN ('reversal', 'cover') AND p.id IS NULL ORDER BY t.id"
    ),
    "transfer {} is a gift that nobody has taken": (
        "SELECT t.id FROM transfers t LEFT JOIN postings p ON p.id = t.posting_id AND p.kind = 'gift' "
        "AND p.state = 'committed' WHERE t.kind = 'gift' AND p.id IS NULL ORDER BY t.id"
    ),
    "posting {} is committed, but nothing was posted": (
        "SELECT p.id FROM postings p WHERE p.state = 'committed' "
        "AND NOT EXISTS (SELECT 1 FROM transfers t WHERE t.posting_id = p.id) ORDER BY p.id"
    ),
    "posting {} is not committed, but something was posted": (
        "SELECT p.id FROM postings p WHERE p.state <> 'committed' "
        "AND EXISTS (SELECT 1 FROM transfers t WHERE t.posting_id = p.id) ORDER BY p.id"
    ),
    "posting {} was posted with other minutes than were confirmed": (
        "SELECT p.id FROM postings p JOIN transfers t ON t.posting_id = p.id AND t.kind IN ('entry', 'gift') "
        "JOIN movements m ON m.transfer_id = t.id AND m.minutes > 0 "
        "GROUP BY p.id, p.minutes HAVING SUM(m.minutes) <> p.minutes ORDER BY p.id"
    ),
    "transfer {} is not the mirror of what it reverses": (
        "SELECT t.id FROM transfers t JOIN movements m ON m.transfer_id = t.id "
        "LEFT JOIN movements o ON o.transfer_id = t.about_id AND o.account_id = m.account_id "
        "AND o.minutes = -m.minutes WHERE t.kind = 'reversal' AND o.transfer_id IS NULL GROUP BY t.id ORDER BY t.id"
    ),
    "account {} is below zero": (
        "SELECT a.id FROM accounts a JOIN movements m ON m.account_id = a.id WHERE a.person_id IS NOT NULL "
        "GROUP BY a.id HAVING SUM(m.minutes) < 0 ORDER BY a.id"
    ),
    "account {} is for what was entered by hand and holds something else": (
        "SELECT a.id FROM accounts a JOIN movements m ON m.account_id = a.id JOIN transfers t ON t.id = m.transfer_id "
        "WHERE a.kind = 'honour' AND a.person_id IS NOT NULL GROUP BY a.id "
        "HAVING SUM(CASE WHEN t.kind IN ('entry', 'reversal') THEN 0 ELSE 1 END) > 0 ORDER BY a.id"
    ),
}
"""What is said of the row a statement finds, and the statement."""


async def found(tx: Transaction, sql: str) -> list[int]:
    """The numbers of the rows that are wrong."""
    return await tx.all(int, sql)


async def size(tx: Transaction) -> int:
    """How many transfers there are."""
    return await tx.need(int, "SELECT COUNT(*) FROM transfers")
