"""What the verdict of a drill is made of."""

from dataclasses import dataclass, field
from datetime import datetime

from callcenter.records.promises import Breach
from ivr.drill.starvation import FED, Starved


@dataclass
class Struck:
    """One fault that was done. `recovered`: seconds from its mending, or from that of another that overlapped; None:
    nothing to time. `late`: it took longer than promised, or never came."""

    name: str
    at: datetime
    recovered: float | None = None
    within: float | None = None
    late: bool = False
    starved: Starved = FED

    def allowed(self, slack: float) -> float | None:
        """Seconds, as the machine let the drill work."""
        return None if self.within is None else self.within * slack * self.starved.stretch

    def is_relaxed(self, slack: float) -> bool:
        """Whether it was kept only because the machine was starved."""
        if self.late or self.within is None or self.recovered is None:
            return False
        return self.recovered > self.within * slack


@dataclass
class DrillTally:
    """What the verdict is made of."""

    seed: int
    slack: float = 1.0
    struck: list[Struck] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    losses: dict[str, list[str]] = field(default_factory=dict)
    unrest: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    help: dict[str, int] = field(default_factory=dict)
    longest_alone: float = 0.0  # seconds
    called: int = 0
    seconds: float = 0.0
    rest_after: float = 0.0
    starved: Starved = FED

    @property
    def is_good(self) -> bool:
        late = [one for one in self.struck if one.late]
        return not (self.breaches or self.unrest or late or any(self.losses.values()))
