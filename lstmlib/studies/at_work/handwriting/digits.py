"""Single digits: an LSTM that reads eight points beside neighbours and regression on the same sixteen numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lstmlib.data.pendigits import Pendigits
from lstmlib.studies import protocol
from lstmlib.studies.at_work.handwriting import reading, rules

RATES, UPDATES, BATCH, CELLS = (0.003, 0.01, 0.03, 0.1), 1500, 64, 64
SEEDS = {"validation": (100, 101), "test": tuple(range(10))}


def learn(source: Pendigits, judge: Pendigits, rate: float, seed: int) -> tuple[float, float]:
    """Train an LSTM that says the digit after the last point, and return its error rates at half and at the end.

    Args:
        source: digits learnt from.
        judge: digits by which it is judged.
        rate: Adam's, which falls to 0 in a line in the second half.
        seed: of weights and batches.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed + 1000)
    layer, readout = torch.nn.LSTM(2, CELLS), torch.nn.Linear(CELLS, 10)
    params = [*layer.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(params, rate)
    x, asked = (torch.from_numpy((p.points / 50.0 - 1.0).astype(np.float32).swapaxes(0, 1)) for p in (source, judge))
    right, found = torch.from_numpy(source.digit), []
    for update in range(UPDATES):
        adam.param_groups[0]["lr"] = rate * min(1.0, 2.0 * (1.0 - update / UPDATES))
        which = torch.from_numpy(rng.integers(len(right), size=BATCH))
        loss = torch.nn.functional.cross_entropy(readout(layer(x[:, which])[0][-1]), right[which])
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        adam.step()
        if update + 1 in (UPDATES // 2, UPDATES):
            with torch.no_grad():
                said = readout(layer(asked)[0][-1]).argmax(-1).numpy()
            found.append(round(float((said != judge.digit).mean()), 5))
    return found[0], found[1]


def measure() -> dict[str, Any]:
    """Return the error rates of all methods on the test digits, with what was chosen on the validation digits.

    Returns:
        "LSTM", "half" of its updates, "neighbours", "one neighbour" and "regression": error rates, the nets' a list;
        "rate", "k" and "C" the settings chosen; "search" what each reached; "random" what one neighbour reaches if the
        test digits are drawn from all 44 writers.
    """
    data = reading.parts()
    search, held, whole, test = (data[part] for part in ("search", "validation", "learn", "test"))
    rates = {rate: [learn(search, held, rate, seed)[1] for seed in SEEDS["validation"]] for rate in RATES}
    votes = {k: [error(rules.nearest(search, held.points, k)[0], held)] for k in rules.NEIGHBOURS}
    fitted = {c: [error(_said(rules.regression(search, c), held), held)] for c in rules.PENALTIES}
    rate, k, c = protocol.chosen(rates), protocol.chosen(votes), protocol.chosen(fitted)
    tested = [learn(whole, test, rate, seed) for seed in SEEDS["test"]]
    return {
        "LSTM": [last for _, last in tested],
        "half": [half for half, _ in tested],
        "neighbours": error(rules.nearest(whole, test.points, k)[0], test),
        "one neighbour": error(rules.nearest(whole, test.points)[0], test),
        "regression": error(_said(rules.regression(whole, c), test), test),
        "rate": rate,
        "k": k,
        "C": c,
        "search": {
            "LSTM": [[*p] for p in rates.items()],
            "k": [[*p] for p in votes.items()],
            "C": [[*p] for p in fitted.items()],
        },
        "random": shuffled(whole, test),
    }


def shuffled(learn: Pendigits, test: Pendigits) -> float:
    """Return one neighbour's error rate if as many test digits are drawn from all writers: the median of five draws."""
    points, digit = np.concatenate([learn.points, test.points]), np.r_[learn.digit, test.digit]
    found = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(digit))
        first, last = order[: len(learn.digit)], order[len(learn.digit) :]
        asked = Pendigits(points[last], digit[last])
        found.append(error(rules.nearest(Pendigits(points[first], digit[first]), asked.points)[0], asked))
    return float(np.median(found))


def error(said: Any, judge: Pendigits) -> float:
    """Return the share of digits that were said wrongly."""
    return round(float((said != judge.digit).mean()), 5)


def _said(model: Any, judge: Pendigits) -> Any:
    return model.predict(judge.points.reshape(-1, 16) / 100.0)


def run(folder: Path) -> None:
    """Measure single digits if that isn't stored yet."""
    if not (path := folder / "handwriting-digits.json").exists():
        path.write_text(json.dumps(measure()) + "\n")
