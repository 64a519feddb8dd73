"""Texts for people: Jinja2 templates with gettext catalogues, rendered in the reader's language.

The Chinese sentences in the templates are the msgids; `zh` therefore needs no catalogue.
"""

import functools
import gettext
import html
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.environment import TemplateModule
from markupsafe import Markup, escape

from handlers.compiled import Compiled
from storage.records import Json
from storage.rows import from_ms

LANGUAGES = ("zh", "en", "zh_TW")
HERE = Path(__file__).parent
_TOKEN = re.compile(r"<(/?)(\w+)[^>]*>|&(?:#\w+|\w+);|[^<&]", re.DOTALL)


def language_of(code: str | None) -> str:
    """Our language for a BCP 47 code as Telegram gives it."""
    code = (code or "zh").lower()
    if code.startswith("zh"):
        return "zh_TW" if re.search(r"hant|tw|hk|mo", code) else "zh"
    return "en"


def clip(markup: str, limit: int) -> str:
    """Cut HTML to `limit` visible characters, closing what is open."""
    if len(markup) <= limit or len(html.unescape(re.sub(r"<[^>]*>", "", markup))) <= limit:
        return markup
    out: list[str] = []
    open_tags: list[str] = []
    seen = 0
    for token in _TOKEN.finditer(markup):
        if token[2]:
            if token[1]:
                open_tags.pop()
            else:
                open_tags.append(token[2])
        elif (seen := seen + 1) >= limit:
            break
        out.append(token[0])
    return "".join(out) + "…" + "".join(f"</{tag}>" for tag in reversed(open_tags))


def _saying(catalogue: gettext.NullTranslations) -> Callable[..., Markup]:
    """What templates call for a sentence: it is translated once, and its values are escaped.

    The extension's own does the same by several calls through the template's context each time.
    """
    translated = functools.cache(catalogue.gettext)

    def say(sentence: str, /, **values: object) -> Markup:
        return Markup(translated(sentence) % {name: escape(value) for name, value in values.items()})  # noqa: S704

    return say


class Texts:
    """Every text of the bot, in every language."""

    def __init__(self, *, overrides: Path | None, zone: ZoneInfo) -> None:
        """`overrides`: a folder whose files replace ours of the same name."""
        self._folders = [*([overrides] if overrides else []), HERE / "texts"]
        self._zone = zone
        self._compiled = Compiled(__file__)
        self.default = "zh"
        self._environment = functools.cache(self._make)
        self._labels = functools.cache(self._label_module)
        self._label = functools.lru_cache(4096)(self._make_label)
        self._template = functools.cache(self._make_template)

    def _make(self, language: str) -> Environment:
        environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(f) for f in self._folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
            bytecode_cache=self._compiled,
        )
        catalogue: gettext.NullTranslations = gettext.NullTranslations()
        if language != "zh":
            catalogue = gettext.translation("jinlin", HERE / "locale", [language])
        environment.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension's: values go with the sentence
        environment.globals["gettext"] = environment.globals["_"] = _saying(catalogue)
        environment.filters["number"] = lambda n: f"{n:04d}"
        environment.filters["hours"] = lambda minutes: f"{minutes / 60:.1f}".removesuffix(".0")
        environment.filters["area"] = lambda n: f"{n // 100}.{n % 100:02d}"
        environment.filters["short"] = lambda s, n: s if len(s) <= n else s[: n - 1] + "…"
        environment.filters["clock"] = lambda at: f"{at.astimezone(self._zone):%-H:%M}"
        return environment

    def _label_module(self, language: str) -> TemplateModule:
        return self._environment(language).get_template("labels.html").make_module()

    def label(self, language: str, key: str | Mapping[str, Any], **values: object) -> str:
        """A button's or menu's word: a name in labels.html, or a name in both languages."""
        if not isinstance(key, str):
            return str(self._local(language, dict(key)))
        return self._label(language, key, *(self._local(language, values).items() if values else ()))

    def _make_label(self, language: str, key: str, *values: tuple[str, object]) -> str:
        found = getattr(self._labels(language), key)
        return html.unescape(str(found(**dict(values)) if callable(found) else found)).strip()

    def words(self, language: str, template: str) -> str:
        """A list of words that people type, as a template holds it."""
        return html.unescape(self._render(language, template + ".html", {}))

    def labels(self, key: str | Mapping[str, Any]) -> set[str]:
        """The word in every language, by which a keyboard's press is recognised."""
        return {self.label(language, key) for language in LANGUAGES}

    def render(self, language: str, template: str, context: Json, *, now: datetime, limit: int = 4096) -> str:
        """The text as Telegram's HTML, cut to `limit` visible characters."""
        values = self._local(language, context)
        values["when"] = functools.partial(self._when, language, now)
        values["date"] = functools.partial(self.date, language)
        values["quoted"] = lambda quote: Markup(  # noqa: S704  # rendered by us, escaped inside
            self.render(language, quote["template"], quote["context"], now=now, limit=limit)
        )
        page = self._render(language, template + ".html", values)
        if "\n\n\n" in page:
            page = re.sub(r"\n{3,}", "\n\n", page)
        return clip(page.strip(), limit)

    def _render(self, language: str, name: str, values: dict[str, object]) -> str:
        """As Template.render does it, with the globals as a plain dict: a chain of them takes as long as the words."""
        template, everywhere = self._template(language, name)
        context = template.new_context({**everywhere, **values}, shared=True)
        return "".join(template.root_render_func(context))

    def _make_template(self, language: str, name: str) -> tuple[Template, dict[str, object]]:
        template = self._environment(language).get_template(name)
        return template, dict(template.globals)

    def _when(self, language: str, now: datetime, at: datetime) -> str:
        """A moment as people say it, seen from now: today 15:00, tomorrow 8:00, Friday 20:00, 3/12 9:00."""
        here, today = at.astimezone(self._zone), now.astimezone(self._zone).date()
        days = (here.date() - today).days
        kind = "today" if days == 0 else "tomorrow" if days == 1 else "weekday" if 1 < days < 7 else "date"
        time, day = f"{here.hour}:{here.minute:02d}", {"month": here.month, "day": here.day, "weekday": here.weekday()}
        return self.label(language, f"when_{kind}", time=time, **day)

    def date(self, language: str, at: datetime) -> str:
        """A day with its year, as it stands on paper."""
        here = at.astimezone(self._zone)
        return self.label(language, "full_date", year=here.year, month=here.month, day=here.day)

    def _local(self, language: str, value: Any) -> Any:
        """Names in both languages become one, moments become datetimes again."""
        if isinstance(value, dict):
            if len(value) == 2 and "zh" in value and "en" in value:
                chosen: str = value["en"] if language == "en" else value["zh"]
                return traditional(chosen) if language == "zh_TW" else chosen
            if len(value) == 1 and "ms" in value:
                return from_ms(value["ms"])
            if len(value) == 1 and "label" in value:
                return self.label(language, value["label"])
            return {k: v if type(v) is str else self._local(language, v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self._local(language, v) for v in value]
        return value


@functools.cache
def _converter() -> Any:
    from opencc import OpenCC

    # Characters only: the profile with Taiwan's phrases makes an online group (社群) of a community (社区).
    return OpenCC("s2tw")


@functools.cache
def _corrections() -> list[tuple[str, str]]:
    """What OpenCC takes for another word."""
    lines = (HERE / "locale" / "zh_TW.tsv").read_text("utf-8").splitlines()
    return [(wrong, right) for wrong, _, right in (line.partition("\t") for line in lines)]


@functools.lru_cache(maxsize=4096)
def traditional(text: str) -> str:
    """A sentence or a name in traditional characters."""
    converted: str = _converter().convert(text)
    for wrong, right in _corrections():
        converted = converted.replace(wrong, right)
    return converted
