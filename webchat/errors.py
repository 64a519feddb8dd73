"""The two ways in which webchat says no: to a bot, in Telegram's words, and to the control API."""

from webchat.records import Wire


class BotApiError(Exception):
    """The Bot API call is refused; ``description`` is Telegram's own text."""

    def __init__(self, code: int, description: str, parameters: Wire | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Wire:
        """The answer's JSON."""
        answer: Wire = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


class Refused(Exception):  # reads as what happened
    """The control API call is refused; the message says why and what to do.

    ``code`` names what a person at the page can run into, for the page to say in their language.
    """

    def __init__(self, why: str, *, code: str = "") -> None:
        super().__init__(why)
        self.code = code


def bad_request(text: str, parameters: Wire | None = None) -> BotApiError:
    """A 400 in Telegram's form."""
    return BotApiError(400, f"Bad Request: {text}", parameters)


def forbidden(text: str) -> BotApiError:
    """A 403 in Telegram's form."""
    return BotApiError(403, f"Forbidden: {text}")


def not_found() -> BotApiError:
    """A 404 in Telegram's form."""
    return BotApiError(404, "Not Found")


def conflict(text: str) -> BotApiError:
    """A 409 in Telegram's form."""
    return BotApiError(409, f"Conflict: {text}")


def too_many_requests(seconds: int) -> BotApiError:
    """A 429 in Telegram's form."""
    return BotApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
