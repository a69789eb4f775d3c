"""GRU and LSTM, and what lies between: how many updates each needs until a task is solved.

``python -m lstmlib.studies.gru_and_lstm`` runs the study, or goes on where it was stopped.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib import tasks
from lstmlib.numpy import GRU, LSTM, RNN, Adam, CoupledLSTM, Linear, SequenceModel, cross_entropy, squared_error, train
from lstmlib.numpy.checks import Array
from lstmlib.output import positive
from lstmlib.tasks import Batch

RESULTS = Path(__file__).parent / "results" / "gru_and_lstm.json"
HELD = 1e3  # the bias of a gate that is held open: its logistic function is 1 to the last bit, and its slope 0


class Task(NamedTuple):
    """A task as this study sets it: small enough that hundreds of nets can be trained on it."""

    draw: Callable[[int, np.random.Generator], Batch]  # from a batch size
    loss: Callable[..., tuple[float, Array]]
    solved: Callable[[Array, Batch], NDArray[np.bool_]]
    inputs: int
    outputs: int
    limit: int  # updates after which a net is given up


TASKS = {
    "adding": Task(partial(tasks.adding, 22), squared_error, tasks.adding_solved, 2, 1, 2500),
    "embedded Reber": Task(tasks.embedded_reber, cross_entropy, tasks.embedded_reber_solved, 7, 7, 2500),
    "counting": Task(partial(tasks.counting, 1, 10), cross_entropy, tasks.counting_solved, 3, 3, 2500),
    "copy": Task(
        lambda N, rng: tasks.copy(8, N, rng, num_symbols=3, num_recalled=3),
        cross_entropy,
        tasks.copy_solved,
        5,
        4,
        2500,
    ),
}


def _gate_held(layer: Any, gate: int) -> Any:
    H = layer.hidden_size
    layer.params["bias_ih_l0"][gate * H : (gate + 1) * H] = HELD
    return layer


def _gru(D: int, H: int, rng: np.random.Generator, *, keep: float | None = None, reset: str = "after") -> GRU:
    """Return a GRU whose update gates' bias starts at ``keep``, as an LSTM's forget gates' does at ``forget_bias``."""
    layer = GRU(D, H, reset=reset, rng=rng)
    if keep is not None:
        layer.params["bias_ih_l0"][H : 2 * H] = keep
        layer.params["bias_hh_l0"][H : 2 * H] = 0.0
    return layer


Make = Callable[[int, int, np.random.Generator], Any]  # from D, H and the source of the weights
# Five that are compared at equally many parameters, and the steps from an LSTM to a GRU at equally many units.
CELLS: dict[str, Make] = {
    "RNN": lambda D, H, rng: RNN(D, H, rng=rng),
    "LSTM": lambda D, H, rng: LSTM(D, H, rng=rng),
    "LSTM, bias 1": lambda D, H, rng: LSTM(D, H, forget_bias=1.0, rng=rng),
    "GRU": _gru,
    "GRU, bias 1": partial(_gru, keep=1.0),
}
STEPS: dict[str, Make] = {
    "LSTM": CELLS["LSTM, bias 1"],
    "gates coupled": lambda D, H, rng: CoupledLSTM(D, H, forget_bias=1.0, rng=rng),
    "output gate held open": lambda D, H, rng: _gate_held(CoupledLSTM(D, H, forget_bias=1.0, rng=rng), 2),
    "no output squashing": lambda D, H, rng: _gate_held(_gru(D, H, rng, keep=1.0), 0),
    "GRU, reset before": partial(_gru, keep=1.0, reset="before"),
    "GRU, reset after": partial(_gru, keep=1.0),
}


def same_size(make: Make, D: int, outputs: int, parameters: int) -> int:
    """Return how many units a cell may have for a net of about so many parameters, the read-out's included.

    Args:
        make: one of ``CELLS``.
        D: the width of the inputs.
        outputs: their width.
        parameters: how many the net should have; the nearest count wins.
    """
    rng = np.random.default_rng(0)
    off = {H: abs(make(D, H, rng).num_parameters + (H + 1) * outputs - parameters) for H in range(1, 100)}
    return min(off, key=lambda H: off[H])


def updates_needed(
    make: Make, task: Task, hidden_size: int, rate: float, seed: int, *, batch_size: int = 32, every: int = 25
) -> int | None:
    """Train one net; return after how many updates it got 95 percent of 200 fresh sequences right, or None.

    Adam, the gradient's norm clipped to 1. The test set is the same for all nets of a task.

    Args:
        make: one of ``CELLS`` or ``STEPS``.
        task: one of ``TASKS``.
        hidden_size: H, how many hidden units.
        rate: Adam's learning rate.
        seed: of the net's weights and of what it sees.
        batch_size: N, how many sequences.
        every: how many updates lie between two looks at the test set.
    """
    rng = np.random.default_rng(seed)
    readout = Linear(hidden_size, task.outputs, rng=rng)
    model = SequenceModel(make(task.inputs, hidden_size, rng), readout)
    test = task.draw(200, np.random.default_rng(10_000))
    batches = (task.draw(batch_size, rng) for _ in range(task.limit))
    learning = train(model, batches, task.loss, Adam(model.params, rate), max_norm=1.0)
    for update, _ in enumerate(learning, 1):
        if update % every == 0:
            y, _, _ = model.forward(test.x)
            if task.solved(y, test).mean() >= 0.95:
                return update
    return None


class Row(NamedTuple):
    """What one cell needed on one task at one learning rate."""

    group: str  # "parameters": as many of them as the LSTM has; "units": as many units
    cell: str
    task: str
    rate: float
    hidden_size: int
    parameters: int  # of the whole net
    updates: list[int | None]  # by seed; None where the limit came first


def row(group: str, cell: str, task: str, rate: float, seeds: Iterable[int], hidden_size: int = 16) -> Row:
    """Train one cell on one task, once a seed.

    Args:
        group: "parameters" or "units".
        cell: a name in ``CELLS`` or, for "units", in ``STEPS``.
        task: a name in ``TASKS``.
        rate: the learning rate.
        seeds: of the nets.
        hidden_size: how many units the LSTM has to which all others are held equal.
    """
    make, chosen = (CELLS if group == "parameters" else STEPS)[cell], TASKS[task]
    D, H = chosen.inputs, hidden_size
    if group == "parameters":
        H = same_size(make, D, chosen.outputs, LSTM(D, H).num_parameters + (H + 1) * chosen.outputs)
    count = make(D, H, np.random.default_rng(0)).num_parameters + (H + 1) * chosen.outputs
    updates = [updates_needed(make, chosen, H, rate, seed) for seed in seeds]
    return Row(group, cell, task, rate, H, int(count), updates)


def study(path: Path, plan: list[tuple[str, str, str, float]], seeds: range, workers: int = 1) -> None:
    """Run what of the plan the file doesn't hold yet; write the file after every row.

    Args:
        path: where the results are.
        plan: (group, cell, task, rate) of every row.
        seeds: of the nets of every row.
        workers: processes side by side.
    """
    rows = [item for item in load(path) if item[:4] in plan] if path.exists() else []
    missing = [item for item in plan if item not in [there[:4] for there in rows]]
    about = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    about |= {"seeds": f"{seeds.start} to {seeds.stop - 1}", "solved": "95 percent of 200, looked at every 25 updates"}
    about |= {"optimizer": "Adam, norm clipped to 1, batches of 32"}
    with ProcessPoolExecutor(workers) as pool:
        for done in as_completed([pool.submit(row, *item, seeds) for item in missing]):
            rows = sorted([*rows, done.result()], key=lambda item: plan.index(item[:4]))
            text = ",\n".join("  " + json.dumps(item._asdict()) for item in rows)
            path.write_text(f'{{\n "about": {json.dumps(about)},\n "rows": [\n{text}\n ]\n}}\n')
            print(*done.result(), flush=True)


def load(path: Path = RESULTS) -> list[Row]:
    """Return the rows of a results file.

    Args:
        path: the file; the stored one unless told.
    """
    return [Row(**item) for item in json.loads(path.read_text())["rows"]]


def ratio(first: list[int | None], second: list[int | None]) -> tuple[float, float, float] | None:
    """Return how many times the updates of ``second`` the nets of ``first`` needed, and a 95 percent interval of it.

    The ratio is one of geometric means, the interval Welch's for the difference of the logarithms' means. None where a
    net of either didn't solve the task: its count is then not known.

    Args:
        first: updates of some nets, at least two.
        second: those of others.

    Raises:
        ValueError: fewer than two nets.
    """
    from scipy.stats import t

    if min(len(first), len(second)) < 2:
        raise ValueError(f"got {len(first)} and {len(second)} nets, expected at least two of each")
    if None in first or None in second:
        return None
    a, b = np.log(np.array(first, float)), np.log(np.array(second, float))
    parts = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    spread, middle = sum(parts), a.mean() - b.mean()
    half = 0.0
    if spread > 0.0:
        freedom = spread**2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1))
        half = float(t.ppf(0.975, freedom) * np.sqrt(spread))
    return float(np.exp(middle)), float(np.exp(middle - half)), float(np.exp(middle + half))


def main(arguments: list[str] | None = None) -> None:
    """Run the whole study, or go on where it was stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--workers", type=positive, default=os.cpu_count(), help="processes (default: as many as cores)"
    )
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    study(given.output, PLAN, range(SEEDS), given.workers)


SEEDS = 5
PLAN = [("parameters", cell, task, 0.01) for task in TASKS for cell in CELLS]
QUICK = [task for task in TASKS if task != "copy"]  # on which the steps between are tried
PLAN += [("units", cell, task, 0.01) for task in QUICK for cell in STEPS]

if __name__ == "__main__":
    main()
