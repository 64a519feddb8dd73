"""Errors in the log: their kind and place, never their words, which may quote what somebody wrote."""

import traceback


def where(error: BaseException) -> str:
    """`Kind at file.py:line`, of the innermost frame."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"


def trace(error: BaseException) -> str:
    """The stack of an error and of those it came from: files, lines and kinds."""
    parts = []
    one: BaseException | None = error
    while one is not None:
        parts.append("".join(traceback.format_list(traceback.extract_tb(one.__traceback__))) + type(one).__qualname__)
        one = one.__cause__ or one.__context__
    return "\nwhich came from\n".join(parts)
