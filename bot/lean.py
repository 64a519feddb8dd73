"""A quick start: what is loaded then stays, so nothing is collected, and nothing that a running bot never uses."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = ("rich", "pygments")
"""Coloured tracebacks for structlog, and the command line of httpx; typer has brought them for its help."""
_COLLECTED_AFTER = (10_000, 20, 50)
"""Nearly all that an update makes goes by itself; to look for the rest every 700 objects took one part in fifteen."""


@contextmanager
def starting(*without: str) -> Iterator[None]:
    """Import as if some packages were not there; whoever asks for them by name afterwards gets them.

    Garbage is not looked for meanwhile, nor later among what was made here: a tenth of the start, and shorter pauses.
    """
    left_out = [name for name in without if name not in sys.modules]
    for name in left_out:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python spells: not to be found
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]
        if collects:
            gc.enable()
        gc.freeze()
        gc.set_threshold(*_COLLECTED_AFTER)
