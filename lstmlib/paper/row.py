"""What a row of a paper's table is: task, net, constants, criterion, the paper's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lstmlib.online.cascade import CascadeNet
from lstmlib.online.chunker import ChunkerNet
from lstmlib.online.net import Net
from lstmlib.online.net2000 import Net2000
from lstmlib.online.simple import SimpleNet

Reading = Mapping[str, str]  # name -> option, for every reading that concerns a row


@dataclass(frozen=True)
class Reported:
    """What the paper prints in a row; ``None`` where it prints nothing.

    Attributes:
        sequences: training sequences until success, the mean over successful trials; ``None`` where none succeeded.
        percent: of trials that succeeded.
        weights: of the net.
        wrong: which part of the test sequences was wrong.
        error: average error on the test sequences.
        earlier: table 4 and 5, sequences until the first of two stops (ST1).
        at_least: whether ``sequences`` is a bound, reached without success.
        good: of streams: percent of nets that were not perfect and predicted more than 1000 symbols on average before
            the first error; and how many, on average, these did (``None`` where there were none).
        rest: the same of the other nets.
    """

    sequences: int | None
    percent: float | None = None
    weights: int | None = None
    wrong: float | None = None
    error: float | None = None
    earlier: int | None = None
    at_least: bool = False
    good: tuple[float, float | None] | None = None
    rest: tuple[float, float | None] | None = None


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        name: "table-7/T100": the table and what tells the row from its neighbours.
        experiment: "1", "2a", ... "6b" of 1997; "streams", of 2000.
        method: "LSTM", or what the paper compares it with.
        net: sizes and connections, of a net that grows those at first; ``None`` where the library has no learner.
        learning_rate: alpha.
        reported: the paper's numbers.
        trials: how many the paper's numbers are the mean of.
        task: the constants of the task, by the names that its function has for them.
        weight_range: weights start in U[-weight_range, weight_range].
        input_gate_bias: where they start; drawn if ``None``.
        forget_gate_bias: the same.
        output_gate_bias: the same.
        tolerance: a sequence is right if all outputs' errors are below; 0 where the order of the outputs decides.
        allowed_wrong: how many wrong ones among those that decide are too many.
        mean_below: what the mean error must be below.
        cap: a trial that has not succeeded after so many training sequences or streams has failed; sooner if the net
            is given forget gates. In the papers experiment 2a has one, 5 million, and streams have one, 30,000.
        readings: names of those that concern the row.
    """

    name: str
    experiment: str
    method: str
    net: Net | Net2000 | SimpleNet | ChunkerNet | CascadeNet | None
    learning_rate: float
    reported: Reported
    trials: int
    task: Mapping[str, float | bool] = field(default_factory=dict)
    weight_range: float = 0.1
    input_gate_bias: tuple[float, ...] | None = None
    forget_gate_bias: tuple[float, ...] | None = None
    output_gate_bias: tuple[float, ...] | None = None
    tolerance: float = 0.0
    allowed_wrong: int = 1
    mean_below: float = float("inf")
    cap: int = 5_000_000
    readings: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The part of the name before the slash."""
        return self.name.split("/")[0]

    @property
    def unit(self) -> str:
        """What is counted until success."""
        return "streams" if self.experiment == "streams" else "sequences"

    @property
    def success(self) -> str:
        """What a trial that succeeded is called."""
        return "perfect" if self.experiment == "streams" else "solved"

    @property
    def runnable(self) -> bool:
        """Whether the library has a learner for it."""
        return self.net is not None
