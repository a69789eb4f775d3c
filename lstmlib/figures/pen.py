"""Digits with a pen, as an interactive figure: a stored LSTM, trained with CTC, reads in the page what is written."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from functools import cache
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Asking

STRINGS, TALL, MOST = 5, 115.0, 220  # strings to choose from; how high a line is made; points that are read


@cache
def examples() -> list[dict[str, Any]]:
    """Return the first four test strings, and the first after them in which a digit stands twice in a row.

    Returns:
        "points", their places where a digit is about 100 high, to a tenth, and "digits", of each.
    """
    from lstmlib.studies.at_work.handwriting import reading, strings

    test = reading.judged("test")
    twice = [n for n in range(STRINGS - 1, 200) if any(np.diff(test.digits(n)) == 0)]
    found = []
    for n in (*range(STRINGS - 1), twice[0]):
        points = np.cumsum(test.x[: test.lengths[n], n].astype(float), 0) * strings.UNIT
        found.append({"points": np.round(points, 1).tolist(), "digits": test.digits(n)})
    return found


def resampled(strokes: list[list[list[float]]]) -> Array:
    """Return points a unit apart along all strokes, each joined to the next, y upwards, (T, 2), as the figure does.

    Args:
        strokes: of each its points [x, y], y downwards.
    """
    from lstmlib.studies.at_work.handwriting.strings import UNIT

    path = np.array([point for stroke in strokes for point in stroke], float) * [1.0, -1.0]
    path *= TALL / max(float(np.ptp(path[:, 1])), 1e-6)
    arc = np.r_[0.0, np.cumsum(np.hypot(*np.diff(path, axis=0).T))]
    count = min(MOST, max(2, int(np.floor(arc[-1] / UNIT + 0.5)) + 1))
    at = np.linspace(0.0, arc[-1], count)
    return np.c_[np.interp(at, arc, path[:, 0]), np.interp(at, arc, path[:, 1])]


class Pen(Asking):
    """Digits one after the other, written by the reader or taken from the test: what the net says at each point.

    Args:
        examples: strings that are there to be shown, as ``examples()`` has them.
        example: which of them is shown while nothing is written, from 0; -1 for none.
        strokes: what was written: of each stroke its points [x, y] on a pad of 600 by 150, y downwards.
        at: how many points are read; 0 for all.
        cell: whose gates and content are shown: 1 to 32 read from the front, 33 to 64 from the end.
        off: cells that are switched off.
        asked: whether the net has been asked for.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "pen"
    _esm = bundle.module_script("pen")
    _state = ("examples", "example", "strokes", "at", "cell", "off", "asked")

    examples = t.List(t.Dict()).tag(sync=True)
    example = t.Int(0, min=-1, max=STRINGS - 1).tag(sync=True)
    strokes = t.List(t.List(t.List(t.Float()))).tag(sync=True)
    at = t.Int(0, min=0, max=MOST).tag(sync=True)
    cell = t.Int(1, min=1, max=64).tag(sync=True)
    off = t.List(t.Int(min=1, max=64)).tag(sync=True)

    def __init__(self, **state: Any) -> None:
        super().__init__(**({"examples": examples()} | state))

    def __repr__(self) -> str:
        state = {name: value for name, value in self._changed().items() if name != "examples"}
        return f"Pen({', '.join(f'{name}={value!r}' for name, value in state.items())})"

    @staticmethod
    def given() -> dict[str, Any]:
        """Return the net, a safetensors file in base 64."""
        from safetensors.numpy import save

        from lstmlib.studies.at_work import handwriting

        params = handwriting.stored().params
        packed = save({name: np.ascontiguousarray(value, np.float32) for name, value in params.items()})
        return {"net": base64.b64encode(packed).decode()}

    def points(self) -> Array:
        """Return the points that are read, (T, 2), where a line is about 115 high."""
        whole = resampled(self.strokes) if self.strokes else np.array(self.examples[self.example]["points"])
        return whole[: self.at or len(whole)]

    def log_probabilities(self) -> NDArray[np.float64]:
        """Return what the library says: the logarithm of each class's probability at each point, (T, 11)."""
        from lstmlib.numpy.ctc import log_softmax
        from lstmlib.studies.at_work import handwriting
        from lstmlib.studies.at_work.handwriting.strings import offsets

        net = handwriting.switched_off(handwriting.stored(), [cell - 1 for cell in self.off])
        return np.asarray(log_softmax(net.forward(offsets(self.points())[:, None])[0][:, 0].astype(np.float64)))
