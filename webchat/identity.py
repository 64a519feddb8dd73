"""Who somebody at the page is: the one seam behind which play mode could become a log-in."""

from webchat.errors import Refused
from webchat.records import Person
from webchat.world import World


def acting_person(world: World, claimed: int) -> Person:
    """The person a request acts as; in play mode (loopback only) anyone may be anyone."""
    person = world.people.get(claimed)
    if person is None:
        raise Refused(f"there is no person {claimed}; POST /control/people makes one")
    return person
