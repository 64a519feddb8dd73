"""Words of any Unicode in any text, in every language: what is sent is Telegram's HTML, whole, and not too long."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bounds import bounded
from factories import START, ZONE
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from text_samples import CLASSES, SOURCES, contexts
from updates import HOSTILE, TEXT

from community.neighbourhood import Neighbourhood
from community.neighbourhood_values import Code
from handlers.buttons import Press, button, inline, rows_json
from handlers.registry import FLOWS, PRESSES
from handlers.render import ANSWER, CAPTION
from handlers.render import TEXT as MESSAGE
from handlers.texts import LANGUAGES, Texts
from webchat.markup import parse_html

TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote"}
"""What Telegram's HTML knows, as far as our texts use it."""
ENTITIES = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
LONGEST_CODE = "x" * 24  # of a category, a service, a unit in a neighbourhood file


class Strict(HTMLParser):
    """Reads markup on its own, and by no other rule than Telegram's published one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert attrs == []
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_entityref(self, name: str) -> None:
        assert name in ("lt", "gt", "amp", "quot"), name
        self.text += html.unescape(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.text += html.unescape(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def is_sound(page: str, limit: int) -> None:
    """Whole, known tags, within the limit; and Telegram's double reads the same out of it."""
    reader = Strict()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert "<" not in re.sub(r"</?\w+>", "", page)
    assert "&" not in ENTITIES.sub("", page)
    text, _ = parse_html(page)
    assert text == reader.text
    assert text.strip()
    assert len(text) <= limit


@pytest.fixture(scope="module")
def texts(neighbourhood: Neighbourhood) -> Texts:
    return Texts(overrides=Path(neighbourhood.texts), zone=ZONE)


@pytest.mark.parametrize("template", sorted(CLASSES))
def test_no_word_breaks_a_text_in_any_language(template: str, texts: Texts) -> None:
    first = contexts(CLASSES[template], "甲")
    pages = [(context, MESSAGE) for context in first]
    for words in HOSTILE:
        if words.strip():
            context = contexts(CLASSES[template], words)[0]
            pages += [(context, limit) for limit in (MESSAGE, CAPTION, ANSWER)]
    for language in LANGUAGES:
        for context, limit in pages:
            is_sound(texts.render(language, template, context, now=START, limit=limit), limit)


@given(
    template=st.sampled_from(sorted(CLASSES)),
    language=st.sampled_from(LANGUAGES),
    words=TEXT.filter(lambda words: bool(words.strip())),
    times=st.sampled_from([1, 2, 50, 500]),
    limit=st.sampled_from([MESSAGE, CAPTION, ANSWER]),
)
@bounded(300)
def test_whatever_people_write_a_text_stays_sound(
    texts: Texts, template: str, language: str, words: str, times: int, limit: int
) -> None:
    context = contexts(CLASSES[template], words * times)[0]

    is_sound(texts.render(language, template, context, now=START, limit=limit), limit)


def macros() -> dict[str, list[str]]:
    """The labels that take values, and which."""
    found = re.findall(r"{% macro (\w+)\(([^)]*)\)", SOURCES["labels"])
    return {name: [value.strip() for value in values.split(",") if value.strip()] for name, values in found}


@given(words=TEXT, language=st.sampled_from(LANGUAGES))
@bounded(150)
def test_a_button_can_be_read_and_pressed_whatever_stands_on_it(texts: Texts, words: str, language: str) -> None:
    numbers = {"number", "month", "day", "weekday", "count", "minutes", "hours"}
    for name, values in macros().items():
        given_ = {value: 3 if value in numbers else words for value in values}
        keyboard = inline(texts, language, rows_json([[button(name, "vote.open", 10**15 - 1, **given_)]]), bot="bot")

        shown = keyboard["inline_keyboard"][0][0]
        assert shown["text"].strip() or not words.strip(), name
        assert len(shown["callback_data"].encode()) <= 64


def test_every_button_of_every_step_and_card_fits_with_the_longest_code_and_number() -> None:
    for flow in FLOWS.values():
        for step in flow.steps:
            for word in (LONGEST_CODE, "9" * 15, "_cancel", "down" + "9" * 12):
                press = flow.choice(step, word, "keep").press
                assert press is not None
                assert len(press.data.encode()) <= 64
    for action in PRESSES:
        assert len(Press(action=action, subject=10**15 - 1, word=LONGEST_CODE).data.encode()) <= 64


def test_the_neighbourhood_file_takes_no_code_that_a_button_could_not_carry() -> None:
    code = TypeAdapter(Code)

    assert code.validate_python(LONGEST_CODE) == LONGEST_CODE
    with pytest.raises(ValidationError):
        code.validate_python(LONGEST_CODE + "x")
