"""The catalogues: extracted from the templates, kept for English, made by OpenCC for traditional Chinese.

`python -m handlers.catalogues update` brings en.po up to the templates, `compile` makes the .mo files (set-up does),
`check` fails when a sentence has no English.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from handlers.texts import HERE, traditional

_METHODS = [("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "false", "silent": "false", "newstyle_gettext": "true"}}
ENGLISH = HERE / "locale" / "en.po"


def templates() -> Catalog:
    """Every sentence of the templates."""
    found = Catalog()
    for name, line, message, comments, context in extract_from_dir(HERE / "texts", _METHODS, _OPTIONS):
        found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return found


def english() -> Catalog:
    """The English catalogue as it is kept."""
    return read_po(BytesIO(ENGLISH.read_bytes()), locale="en")


def update() -> None:
    """Bring en.po up to the templates; what is gone from them goes."""
    catalogue = english() if ENGLISH.exists() else Catalog(locale="en")
    catalogue.update(templates(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# English texts of Jinlin."
    buffer = BytesIO()
    write_po(buffer, catalogue, width=0, omit_header=True, include_lineno=False, sort_output=True, ignore_obsolete=True)
    ENGLISH.write_bytes(buffer.getvalue())


def compile_all() -> None:
    """Make the .mo files that gettext reads."""
    chinese = Catalog(locale="zh_TW")
    for message in templates():
        if message.id:
            chinese.add(message.id, _converted(message.id))
    for language, catalogue in (("en", english()), ("zh_TW", chinese)):
        target = HERE / "locale" / language / "LC_MESSAGES" / "jinlin.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        buffer = BytesIO()
        write_mo(buffer, catalogue)
        target.write_bytes(buffer.getvalue())


def _converted(message: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    return traditional(message) if isinstance(message, str) else tuple(traditional(m) for m in message[:1])


def problems() -> list[str]:
    """What is missing, left over, or names other values than the Chinese does."""
    kept = {m.id: m for m in english() if m.id}
    wanted = {m.id: m for m in templates() if m.id}
    found = [f"no longer in a template: {one!r}" for one in kept.keys() - wanted.keys()]
    for one, message in wanted.items():
        translation = kept[one].string if one in kept else ""
        if not translation or (isinstance(translation, tuple | list) and not all(translation)):
            found.append(f"no English for {one!r} ({message.locations[0][0]})")
        elif isinstance(one, str) and isinstance(translation, str) and _values(one) != _values(translation):
            found.append(f"other values than in {one!r}: {translation!r}")
    return found


def _values(text: str) -> set[str]:
    return {part.split(")", 1)[0] for part in text.split("%(")[1:]}


def main(words: list[str]) -> int:
    """The command."""
    match words:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = problems()
            sys.stdout.write("".join(f"{Path(ENGLISH).name}: {line}\n" for line in found))
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m handlers.catalogues update|compile|check\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
