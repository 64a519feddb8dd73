"""`jinlin`, or `python -m bot`."""

import sys

from bot.cli import UsageError, app


def main() -> None:
    """Run the command; an error that the operator can mend is one line and exit code 2."""
    try:
        app()
    except Exception as error:
        line = _explained(error)
        if line is None:
            raise
        sys.stderr.write(f"jinlin: {line}\n")
        sys.exit(2)


def _explained(error: Exception) -> str | None:
    """What the operator can do about an error; None for a defect of ours."""
    # Imported here: whoever only wants a key or the help need not wait for the whole bot.
    from bot.settings import SettingsError
    from bot.transport import BadToken
    from community.neighbourhood import NeighbourhoodError
    from storage.crypto import BadKey
    from storage.database import DatabaseError, TransactionLost

    if isinstance(error, BadToken):
        return "JINLIN_TOKEN was refused by the Bot API; check it, or ask @BotFather for a new one"
    if isinstance(error, TransactionLost):
        return f"the database could not carry on: {error}"
    if isinstance(error, UsageError | SettingsError | NeighbourhoodError | BadKey | DatabaseError):
        return str(error)
    return None


if __name__ == "__main__":
    main()
