"""What every use case needs to know: which neighbourhood, and what time it is."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime


@dataclass(frozen=True, kw_only=True)
class Here:
    """The neighbourhood at a moment. `now` is UTC-aware."""

    neighbourhood: Neighbourhood
    working_time: WorkingTime
    zone: ZoneInfo
    now: datetime

    @property
    def local(self) -> datetime:
        """Now, on the community's own clock."""
        return self.now.astimezone(self.zone)
