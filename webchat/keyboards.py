"""Keyboards as Telegram takes and refuses them."""

from webchat.addresses import parsed
from webchat.errors import bad_request
from webchat.methods import BUTTONS_LIMIT, ROW_LIMIT
from webchat.records import Wire

ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)
PRIVATE_ONLY = {
    "request_contact": "phone number can be requested in private chats only",
    "request_location": "location can be requested in private chats only",
    "request_users": "users can be requested in private chats only",
    "request_chat": "chats can be requested in private chats only",
    "web_app": "BUTTON_TYPE_INVALID",
}
STYLES = {"danger", "success", "primary"}


def inline(markup: Wire | None) -> Wire | None:
    """The inline keyboard to show, checked; None for no keyboard or an empty one."""
    if not markup or "inline_keyboard" not in markup:
        return None
    rows = [[_inline_button(button) for button in row] for row in markup["inline_keyboard"]]
    _check_size(rows)
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def only_inline(markup: Wire | None) -> Wire | None:
    """For methods that take an inline keyboard and no other."""
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return inline(markup)


def _check_size(rows: list[list[Wire]]) -> None:
    if sum(len(row) for row in rows) > BUTTONS_LIMIT or any(len(row) > ROW_LIMIT for row in rows):
        raise bad_request("reply markup is too long")


def _inline_button(button: Wire) -> Wire:
    if not str(button["text"]).strip():
        raise bad_request("can't parse inline keyboard button: Text must be non-empty")
    _check_style(button)
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one of the optional fields must be used")
    if "url" in button:
        _check_url(str(button["url"]))
    return button


def _check_url(url: str) -> None:
    parts = parsed(url if "://" in url else f"https://{url}")
    if parts.scheme not in {"http", "https", "tg"} or not parts.netloc:
        raise bad_request("BUTTON_URL_INVALID")
    if parts.scheme != "tg" and ("." not in parts.netloc and not parts.netloc.startswith("localhost")):
        raise bad_request("inline keyboard button URL '" + url + "' is invalid: Wrong HTTP URL")


def _check_style(button: Wire) -> None:
    if "style" in button and button["style"] not in STYLES:
        raise bad_request("can't parse keyboard button: invalid button style specified")


def reply(markup: Wire | None, *, private: bool) -> Wire:
    """The change to the reply keyboard that a message carries: new, removed, forced reply, or none."""
    if not markup or "inline_keyboard" in markup:
        return {}
    if "keyboard" not in markup:
        return markup
    for row in markup["keyboard"]:
        for button in row:
            _check_style(button)
            if not str(button["text"]).strip():
                raise bad_request("can't parse keyboard button: Text must be non-empty")
            for name, complaint in PRIVATE_ONLY.items():
                if name in button and button[name] and not private:
                    raise bad_request(complaint)
    return markup
