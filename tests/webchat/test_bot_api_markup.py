"""HTML becomes text and entities exactly as Telegram makes them."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webchat.entities import SOURCE_LIMIT, cut, formatted, said
from webchat.errors import BotApiError
from webchat.markup import parse_html, utf16


def short(entities: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """Entities as tuples."""
    return [tuple(entity.values()) for entity in entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>粗</b>a", "粗a", [("bold", 0, 1)]),
        ("🔧<strong>修</strong>", "🔧修", [("bold", 2, 1)]),
        ("<i>1</i><em>2</em>", "12", [("italic", 0, 1), ("italic", 1, 1)]),
        ("<u>1</u><ins>2</ins>", "12", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>1</s><strike>2</strike><del>3</del>", "123", [("strikethrough", n, 1) for n in range(3)]),
        ('<a href="https://x.cn/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1, "https://x.cn/?a=1&b=2")]),
        ("<pre>a</pre>", "a", [("pre", 0, 1)]),
        ('<pre><code class="language-py">a</code></pre>', "a", [("pre", 0, 1, "py")]),
        ('<code class="language-py">a</code>', "a", [("code", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("<B>a</b>", "a", [("bold", 0, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("&lt;&gt;&amp;&quot;&#65;&#x42;&copy;", '<>&"AB&copy;', []),
        ("<b></b>a", "a", []),
    ],
)
def test_html_is_read(source: str, text: str, entities: list[tuple[object, ...]]) -> None:
    """Offsets count UTF-16 units."""
    assert parse_html(source)[0] == text
    assert short(parse_html(source)[1]) == entities


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<x>a</x>", 'Unsupported start tag "x" at byte offset 0'),
        ("修<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused(source: str, words: str) -> None:
    """With the place counted in bytes."""
    with pytest.raises(BotApiError) as refused:
        parse_html(source)

    assert refused.value.description == f"Bad Request: can't parse entities: {words}"


def test_white_space_around_a_text_goes_and_entities_stay_in_place() -> None:
    """As Telegram trims."""
    text, entities = formatted(" \n<b> 好 </b> ", "HTML", None)

    assert (text, short(entities)) == ("好", [("bold", 0, 1)])


def test_commands_mentions_and_links_are_found_in_what_people_say() -> None:
    """Only where they stand alone: after a Chinese character there is no command."""
    text = "/report@jinlin_bot 看 @jinlin_bot 和 https://x.cn/a。 你好/help"

    found = [(entity["type"], cut(text, entity)) for entity in said(text)[1]]

    assert found == [
        ("bot_command", "/report@jinlin_bot"),
        ("mention", "@jinlin_bot"),
        ("url", "https://x.cn/a"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("写信到 a.b+c@x.cn 吧", [("email", "a.b+c@x.cn")]),
        ("看 example.com/a?b=1 和 jinlin.cn。", [("url", "example.com/a?b=1"), ("url", "jinlin.cn")]),
        ("$USD $usd US$CNY $ABCDEFGHI", [("cashtag", "$USD")]),
        ("3.14 v1.2 main.py a.b", []),
        ("t.me/jinlin_bot 1. 好", [("url", "t.me/jinlin_bot")]),
    ],
)
def test_addresses_and_cashtags_are_found_too(text: str, found: list[tuple[str, str]]) -> None:
    """Bare addresses as far as their ending is a common one."""
    assert [(one["type"], cut(text, one)) for one in said(text)[1]] == found


@pytest.mark.parametrize(
    ("source", "entities"),
    [
        ("<b>a</b><b>b</b>", [("bold", 0, 2)]),
        ("<b>a<b>b</b></b>", [("bold", 0, 2)]),
        ("<b>a<code>b</code>c</b>", [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]),
        ("<code>a<b>b</b></code>", [("code", 0, 2)]),
        ("<pre>a<i>b</i></pre>", [("pre", 0, 2)]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", [("blockquote", 0, 2)]),
        ("<blockquote><b>a</b></blockquote>", [("blockquote", 0, 1), ("bold", 0, 1)]),
        ('<a href="https://x.cn">a<a href="https://y.cn">b</a></a>', [("text_link", 0, 2, "https://x.cn")]),
        ('<a href="javascript:alert(1)">a</a>', []),
        ('<a href="https://">a</a>', []),
        ('<a href="nowhere">a</a>', []),
        ('<a href="x.cn">a</a>', [("text_link", 0, 1, "http://x.cn")]),
    ],
)
def test_marks_lie_within_each_other_as_telegram_lets_them(source: str, entities: list[tuple[object, ...]]) -> None:
    """Nothing in code, no quotation in another, no link to nowhere; equal neighbours are one."""
    assert short(formatted(source, "HTML", None)[1]) == entities


def test_marks_that_cross_a_quotations_edge_go() -> None:
    """The quotation stays; bold may cross it."""
    given = [
        {"type": "blockquote", "offset": 0, "length": 3},
        {"type": "code", "offset": 2, "length": 3},
        {"type": "bold", "offset": 2, "length": 3},
    ]

    assert short(formatted("abcdef", None, given)[1]) == [("blockquote", 0, 3), ("bold", 2, 3)]


@pytest.mark.parametrize(
    ("kind", "field"), [("text_link", "url"), ("text_mention", "user"), ("custom_emoji", "custom_emoji_id")]
)
def test_a_mark_without_what_it_needs_is_refused(kind: str, field: str) -> None:
    """A link without its address, a mention of nobody, an emoji without its id."""
    with pytest.raises(BotApiError, match=f'Can\'t find field "{field}"'):
        formatted("a", None, [{"type": kind, "offset": 0, "length": 1}])


def test_control_characters_become_spaces_or_nothing() -> None:
    """And entities move with what is gone; the end of a line stays."""
    text, entities = formatted("🔧\r\x01a\r\nb&#13;<b>c\t</b>d", "HTML", None)

    assert (text, short(entities)) == ("🔧 a\nbc d", [("bold", 6, 2)])
    assert said("\x00a\u202eb\r") == ("ab", [])


@pytest.mark.parametrize("piece", ["#ab ", "a.", "a@", "<b>x</b>", "<b>", "<a>", "$A", "http://", "/a ", "1", "&lt;"])
def test_the_longest_text_is_read_in_a_moment(piece: str) -> None:
    """The time grows with its length and no faster; what is longer is refused before it is read."""
    longest = piece * (SOURCE_LIMIT // len(piece))
    began = time.process_time()

    with contextlib.suppress(BotApiError):
        formatted(longest, "HTML", None)
    with pytest.raises(BotApiError, match="text is too long"):
        formatted(longest * 20, "HTML", None)

    assert time.process_time() - began < 1


@given(st.text(max_size=60))
def test_any_text_once_escaped_comes_back_as_it_was(text: str) -> None:
    """What people type can never become markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert parse_html(f"<b>{escaped}</b>")[0] == text


@given(st.text(alphabet="<>/abi &;#x\"'=🔧修", max_size=40))
def test_no_input_breaks_the_reader(source: str) -> None:
    """It is read, or refused in Telegram's words; entities never leave the text."""
    try:
        text, entities = parse_html(source)
    except BotApiError:
        return
    assert all(one["offset"] >= 0 and one["offset"] + one["length"] <= utf16(text) for one in entities)
