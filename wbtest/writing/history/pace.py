"""How far a release has come in how many drafts and days, beside what is usual. Pure."""

from typing import NamedTuple

USUAL = "Most teams need four to six drafts in one to two weeks."
MANY_DRAFTS = 7
MANY_DAYS = 15
FEW_DRAFTS = 4


class Pace(NamedTuple):
    """The draft's number, the day of the release (the first is 1), and that of the last freeze."""

    draft: int
    day: int
    frozen_on: int

    def sentence(self, *, is_approved: bool = False) -> str:
        """Where the release stands, what is usual, and what to do when it is far from that.

        >>> Pace(draft=3, day=5, frozen_on=4).sentence()
        'Draft 3 on day 5. Most teams need four to six drafts in one to two weeks.'
        """
        if is_approved:
            done = f"Draft {self.draft} was frozen on day {self.frozen_on} and is approved."
            if self.draft < FEW_DRAFTS:
                return f"{done} That is quick: {_small(USUAL)}"
            return f"{done} {USUAL}"
        stands = f"Draft {self.draft} on day {self.day}."
        if self.draft >= MANY_DRAFTS:
            return f"{stands} {USUAL} Ask what you cannot agree on: often it is the customer."
        if self.day >= MANY_DAYS:
            return f"{stands} {USUAL} Freeze what you have and let people read it, or let it go."
        return f"{stands} {USUAL}"


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
