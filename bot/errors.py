"""Errors in the log: their kind and place, never their words, which may quote what somebody wrote."""


def where(error: BaseException) -> str:
    """`Kind at file.py:line`, of the innermost frame."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
