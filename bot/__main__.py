"""`jinlin`, or `python -m bot`."""

import sys

from bot.cli import UsageError, app
from bot.settings import SettingsError
from bot.transport import BadToken
from community.neighbourhood import NeighbourhoodError
from storage.crypto import BadKey
from storage.database import DatabaseError, TransactionLost


def main() -> None:
    """Run the command; an error that the operator can mend is one line and exit code 2."""
    try:
        app()
    except BadToken:
        sys.exit(_say("JINLIN_TOKEN was refused by the Bot API; check it, or ask @BotFather for a new one"))
    except (UsageError, SettingsError, NeighbourhoodError, BadKey, DatabaseError) as error:
        sys.exit(_say(str(error)))
    except TransactionLost as error:
        sys.exit(_say(f"the database could not carry on: {error}"))


def _say(line: str) -> int:
    sys.stderr.write(f"jinlin: {line}\n")
    return 2


if __name__ == "__main__":
    main()
