"""`jinlin`, or `python -m bot`."""

import sys

from bot.errors import trace
from bot.lean import starting


def main() -> None:
    """Run the command; an error that the operator can mend is one line and exit code 2."""
    with starting():  # which an import at the top would precede
        from bot.cli import app
    try:
        app()
    except Exception as error:
        line = _explained(error)
        if line is None:
            # The words of an unforeseen error may quote what somebody wrote; where it happened is enough to mend it.
            sys.stderr.write(f"jinlin: this is a defect of ours, please report it:\n{trace(error)}\n")
            sys.exit(1)
        sys.stderr.write(f"jinlin: {line}\n")
        sys.exit(2)


def _explained(error: Exception) -> str | None:
    """What the operator can do about an error; None for a defect of ours."""
    # Imported here: whoever only wants a key or the help need not wait for the whole bot.
    from bot.cli import UsageError
    from bot.newcomer import TokenTaken
    from bot.settings import SettingsError
    from bot.transport import BadToken
    from community.neighbourhood import NeighbourhoodError
    from storage.claim import Claimed
    from storage.crypto import BadKey
    from storage.database import DatabaseError, TransactionLost

    if isinstance(error, BadToken):
        return "JINLIN_TOKEN was refused by the Bot API; check it, or ask @BotFather for a new one"
    if isinstance(error, TransactionLost):
        return f"the database could not carry on: {error}"
    if isinstance(
        error, UsageError | SettingsError | NeighbourhoodError | BadKey | DatabaseError | Claimed | TokenTaken
    ):
        return str(error)
    return None


if __name__ == "__main__":
    main()
