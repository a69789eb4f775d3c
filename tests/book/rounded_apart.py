"""Trials of the library with products and sums rounded one by one, as JavaScript does.

    NUMBA_CACHE_DIR=$(mktemp -d) python tests/book/rounded_apart.py       # a cache of its own: the code is another

The compiled learners round a product and the sum it goes into together. In some experiments the last digit decides what
becomes of a net; there the page is compared with the trials that this writes to rounded_apart.json (some minutes).
"""

import json
from pathlib import Path

from numba import njit

from lstmlib.online.compiled import lanes

PATH = Path(__file__).with_suffix(".json")
# Row, options of readings, trials.
RUNS = [("table-4/T100-N3", {"test-every": "100"}, [2, 4])]


@njit(inline="always", error_model="numpy")
def apart(a, b, c):
    """Return a b + c, rounded twice."""
    return a * b + c


def main() -> None:
    """Put the other arithmetic in before anything is compiled, run, and write."""
    lanes.fused = apart
    exponential = lanes.logistic.py_func
    exponential.__globals__["fused"] = apart
    lanes.logistic = njit(inline="always", error_model="numpy")(exponential)
    from lstmlib.paper.rows import ROWS, reading_of
    from lstmlib.paper.trials import run_trials

    found = []
    for name, chosen, trials in RUNS:
        kept = []
        run_trials(ROWS[name], reading_of(ROWS[name], chosen), 0, trials, kept.append)
        for result in sorted(kept, key=lambda result: result["trial"]):
            found.append({"row": name, "chosen": chosen} | {k: v for k, v in result.items() if k != "seconds"})
    PATH.write_text("".join(json.dumps(line) + "\n" for line in found))


if __name__ == "__main__":
    main()
