"""Counting: integers only, abstentions take part and never lead, ties and silence are said."""

import pytest

from community.vote_tally import ABSTAIN, NO, YES, Outcome, count

CATERERS = ("1", "2", "3", ABSTAIN)


def test_the_canteen_of_61_stairwells_is_chosen_as_counted_on_paper() -> None:
    tally = count(CATERERS, {"1": 15, "2": 38, "3": 4, ABSTAIN: 1}, roll=61)

    assert (tally.roll, tally.cast, tally.turnout, tally.outcome) == (61, 58, 951, Outcome.CHOSEN)
    assert [(line.choice, line.votes, line.share, line.leads) for line in tally.lines] == [
        ("2", 38, 655, True),
        ("1", 15, 259, False),
        ("3", 4, 69, False),
        (ABSTAIN, 1, 17, False),
    ]


@pytest.mark.parametrize(
    ("votes", "outcome", "leaders"),
    [
        ({}, Outcome.NOBODY, []),
        ({ABSTAIN: 5}, Outcome.ABSTAINED, []),
        ({YES: 2, NO: 2, ABSTAIN: 9}, Outcome.TIE, [YES, NO]),
        ({NO: 1, ABSTAIN: 9}, Outcome.CHOSEN, [NO]),
        ({YES: 3, NO: 2}, Outcome.CHOSEN, [YES]),
    ],
)
def test_a_vote_comes_to_what_most_of_those_who_chose_want(
    votes: dict[str, int], outcome: Outcome, leaders: list[str]
) -> None:
    tally = count((YES, NO, ABSTAIN), votes, roll=20)

    assert tally.outcome is outcome
    assert [line.choice for line in tally.lines if line.leads] == leaders


def test_a_tie_of_three_names_all_three_and_nobody_else() -> None:
    tally = count(("1", "2", "3", "4", ABSTAIN), {"1": 2, "2": 2, "4": 2, "3": 1}, roll=7)

    assert [line.choice for line in tally.lines if line.leads] == ["1", "2", "4"]


def test_abstaining_stands_last_however_many_do_it() -> None:
    tally = count((YES, NO, ABSTAIN), {YES: 1, ABSTAIN: 9}, roll=10)

    assert [line.choice for line in tally.lines] == [YES, NO, ABSTAIN]


@pytest.mark.parametrize("votes", [{"9": 1}, {YES: 11}])
def test_ballots_that_cannot_be_are_not_counted_over(votes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        count((YES, NO, ABSTAIN), votes, roll=10)
