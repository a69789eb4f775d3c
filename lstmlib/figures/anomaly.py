"""What doesn't fit, as an interactive figure: the reader looks for an anomaly, then a net and five simple scores do."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Asking

SERIES, UNITS = ("pulse", "heartbeats"), {"pulse": 1e-5, "heartbeats": 1e-3}
KINDS = ("spike", "shift", "noise", "left out", "stretched", "flattened", "reversed")
SCORES = ("LSTM", "linear", "change", "moving", "discord", "distance")
BEFORE, SHOWN, ROUNDS, CELLS = 400, 2000, 8, 32  # steps that are read before, and shown; rounds a series; cells
SIZES = (0.1, 0.2, 0.5, 1.0, 2.0)
CLEAN = {"pulse": ((1600, 4080), (4600, 7501)), "heartbeats": ((3600, 6830),)}  # parts of the test without an anomaly
PLAIN = {"pulse": 1700, "heartbeats": 4000}  # where the stretch begins into which the reader puts one


class Round(NamedTuple):
    """A stretch of the test that hides an anomaly."""

    begin: int  # its first step in the series
    kind: str  # "real", or one of KINDS
    at: int  # the anomaly's first step in what is shown
    size: float


@cache
def rounds(series: str) -> list[Round]:
    """Return the rounds of a series, always the same: each kind once, and the real anomaly, in an order by chance."""
    from lstmlib.studies.at_work.anomalies.task import scaled

    one, rng = scaled(series), np.random.default_rng([8, SERIES.index(series)])
    found = []
    for kind in rng.permutation(["real", *KINDS]):
        low, high = CLEAN[series][rng.integers(len(CLEAN[series]))]
        begin, at = int(rng.integers(low, high - SHOWN + 1)), int(rng.integers(200, SHOWN - one.beat - 200))
        if kind == "real":
            begin = min(one.first - at, len(one.x) - SHOWN)
            at = one.first - begin
        found.append(Round(begin, str(kind), at, float(rng.choice((-1.0, 1.0)))))
    return found


class Anomaly(Asking):
    """Two thousand steps that hide an anomaly, or into which the reader puts one; a net's surprise and simple scores.

    Args:
        series: "pulse" or "heartbeats".
        round: which of the series' eight, from 0.
        mark: where the reader thinks that the anomaly is, in steps of what is shown; -1 for nowhere yet.
        shown: whether label and scores are shown.
        done: of the rounds that were played the series' number, the round and the reader's mark.
        kind: what the reader puts in, one of ``KINDS``; nothing for a round.
        at: where.
        size: of what size, the number of one of ``SIZES``.
        cell: whose gates and content are shown, from 1.
        asked: whether series and nets are loaded.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "anomaly"
    _esm = bundle.module_script("anomaly")
    _state = ("series", "round", "mark", "shown", "done", "kind", "at", "size", "cell", "asked")

    series = t.Enum(SERIES, "pulse").tag(sync=True)
    round = t.Int(0, min=0, max=ROUNDS - 1).tag(sync=True)
    mark = t.Int(-1, min=-1, max=SHOWN - 1).tag(sync=True)
    shown = t.Bool(False).tag(sync=True)
    done = t.List(t.List(t.Int(min=0, max=SHOWN - 1), minlen=3, maxlen=3)).tag(sync=True)
    kind = t.Enum(("", *KINDS), "").tag(sync=True)
    at = t.Int(900, min=100, max=1500).tag(sync=True)
    size = t.Int(3, min=0, max=len(SIZES) - 1).tag(sync=True)
    cell = t.Int(1, min=1, max=CELLS).tag(sync=True)

    @staticmethod
    def given() -> dict[str, Any]:
        """Return both series with their nets and rules, and the noise that a burst is made of.

        Returns:
            "burst"; by series: "values", whole numbers of "unit"; "mean" and "spread"; "learnt", how many steps the
            rules have learnt from; "beat"; "linear", the weights of the linear forecast of the next step; "net", a
            safetensors file in base 64; "target", what the net says; "last", the real anomaly's last step; "rounds".
        """
        from safetensors.numpy import save

        from lstmlib.studies.at_work.anomalies import reading, simple, task

        found: dict[str, Any] = {"burst": task.burst().tolist()}
        for series in SERIES:
            one, model = task.scaled(series), reading.stored(series)
            packed = {name: np.ascontiguousarray(value, np.float32) for name, value in model.params.items()}
            whole = np.rint(task.SERIES[series]().values / UNITS[series]).astype(int)
            found[series] = {
                "values": whole.tolist(),
                "unit": UNITS[series],
                "mean": one.mean,
                "spread": one.spread,
                "learnt": one.learnt,
                "beat": one.beat,
                "linear": simple.linear(series)[:, 0].tolist(),
                "net": base64.b64encode(save(packed)).decode(),
                "target": reading.chosen(reading.load(), series).target,
                "last": one.last,
                "rounds": [list(own) for own in rounds(series)],
            }
        return found

    def stretch(self) -> tuple[Array, int, int]:
        """Return what is read, 400 steps more than are shown, (2400,), and the anomaly's first and last shown step."""
        from lstmlib.studies.at_work.anomalies.task import put, scaled

        one = scaled(self.series)
        own = rounds(self.series)[self.round]
        if self.kind:
            own = Round(PLAIN[self.series], self.kind, self.at, SIZES[self.size])
        x = one.x[own.begin - BEFORE : own.begin + SHOWN]
        if own.kind == "real":
            return x, own.at, one.last - own.begin
        made = put(x, own.kind, BEFORE + own.at, one.beat, own.size)
        return made.x, made.first - BEFORE, made.last - BEFORE

    def scores(self) -> dict[str, Array]:
        """Return each score of the steps that are shown, (2000,)."""
        from lstmlib.studies.at_work.anomalies import reading, simple

        rules, x = simple.scores(self.series), self.stretch()[0][None]
        net = reading.score(reading.stored(self.series), x, reading.chosen(reading.load(), self.series).target)
        return {name: (net if name == "LSTM" else rules[name](x))[0, BEFORE:] for name in SCORES}

    def right(self, step: int) -> bool:
        """Return whether a step counts as finding the anomaly: at most 100 steps off."""
        from lstmlib.studies.at_work.anomalies.task import TOLERANCE

        _, first, last = self.stretch()
        return first - TOLERANCE <= step <= last + TOLERANCE
