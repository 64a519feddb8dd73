"""Answers given on the phone: they count as the person's own, and close the call."""

from community import (
    calls,
    check_in_day,
    check_ins,
    order_verdict,
    proxies,
    report_verdict,
    time_bank_giving,
    visit_watch,
)
from community.errors import NotFound
from community.here import Here
from storage.database import Transaction
from storage.queries import people
from storage.records import Person
from storage.states import ReportEvent, TaskEvent

_ORDER = {"good": None, "not_good": TaskEvent.NOT_GOOD, "no_show": TaskEvent.NO_SHOW}
_GIFT = {"take": True, "leave": False}
_REPORT = {"solved": ReportEvent.SOLVED, "unsolved": ReportEvent.UNSOLVED}


async def give(tx: Transaction, here: Here, actor: Person, task_id: int, *, answer: str) -> None:
    """What the person on the phone answered. Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible."""
    task = await calls.allowed(tx, here, actor, task_id)
    subject = task.subject_id or 0
    await calls.settle(tx, here, task, actor)
    if task.question == "order" and answer in _ORDER:
        event = _ORDER[answer]
        if event is None:
            await order_verdict.confirm(tx, here, actor, subject, on_behalf=True)
        else:
            await order_verdict.complain(tx, here, actor, subject, event=event, on_behalf=True)
    elif task.question == "proxy" and answer in ("yes", "no"):
        await proxies.decide(tx, here, actor, subject, agreed=answer == "yes", on_behalf=True)
    elif task.question == "report" and answer in _REPORT:
        await report_verdict.judge(tx, here, actor, subject, event=_REPORT[answer], on_behalf=True)
    elif task.question == time_bank_giving.QUESTION and answer in _GIFT:
        await time_bank_giving.answer(tx, here, actor, subject, yes=_GIFT[answer], on_behalf=True)
    elif task.question == check_ins.CONTACT and answer in ("yes", "no"):
        contact = await people.by_id(tx, task.person_id or 0)
        await check_ins.answer_contact(tx, here, contact, subject, willing=answer == "yes")
    elif task.question == visit_watch.QUESTION and answer == "well":
        await visit_watch.well(tx, here, actor, subject, on_behalf=True)
    elif task.question == visit_watch.QUESTION and answer == "need_help":
        await visit_watch.need_help(tx, here, actor, subject, on_behalf=True)
    elif task.question == "check_in" and answer == "well":
        await check_in_day.found(tx, here, actor, subject)
    elif task.question == "check_in" and answer == "need_help":
        await check_in_day.need_help(tx, here, actor, subject)
    else:
        raise NotFound
