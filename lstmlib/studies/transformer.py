"""What an LSTM and a transformer of as many parameters learn: ``python -m lstmlib.studies.transformer``.

Both read the same batches, in the same order, for as many updates, by Adam at the same rate with their gradients
clipped to a norm of 1. Nothing is tuned for either.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from lstmlib import tasks
from lstmlib.tasks import Batch

if TYPE_CHECKING:
    from torch import nn

RESULTS = Path(__file__).parent / "results" / "transformer.json"
EMBED, HEADS, BLOCKS = 16, 4, 2
RATE = 0.003
NETS = ("LSTM", "transformer")


class Task(NamedTuple):
    """One of the problems.

    Attributes:
        draw: takes a length, how many sequences, and a source of draws; returns a batch.
        solved: takes what the net said (T, N, O) and the batch; returns which sequences are right.
        sizes: the widths of input and output.
        train: the length to learn at; what it means is the task's own.
        test: the lengths to test at.
        updates: how many to learn in.
    """

    draw: Callable[[int, int, np.random.Generator], Batch]
    solved: Callable[[Any, Batch], Any]
    sizes: tuple[int, int]
    train: int
    test: tuple[int, ...]
    updates: int


def _copy(delay: int, N: int, rng: np.random.Generator) -> Batch:
    return tasks.copy(delay, N, rng, num_symbols=8, num_recalled=5)


TASKS = {
    "parity": Task(tasks.parity, tasks.parity_solved, (2, 2), 20, (10, 20, 22, 25, 30, 40, 80, 160), 1000),
    "adding": Task(tasks.adding, tasks.adding_solved, (2, 1), 30, (30, 40, 60, 120), 2000),
    "copy": Task(_copy, tasks.copy_solved, (10, 10), 20, (20, 22, 25, 40), 1000),
}


def make_net(
    kind: str,
    sizes: tuple[int, int],
    seed: int,
    *,
    bias: float | None = 1.0,
    positions: Literal["sinusoids", "alibi", "rope"] | None = "sinusoids",
) -> "nn.Module":
    """Return a net that maps (T, N, D) to (T, N, O); the LSTM has as many units as come nearest in parameters.

    The transformer is causal, so that both see the past alone: a linear map to E, its positions, two "pre" blocks, one
    more layer norm, a linear read-out. The LSTM is one layer and the same read-out.

    Args:
        kind: "LSTM" or "transformer".
        sizes: D and O.
        seed: of the initial parameters.
        bias: at which the LSTM's forget gates start.
        positions: how the transformer is told where a step stands; not at all if ``None``.

    Raises:
        ValueError: an unknown kind.
    """
    import torch
    from torch import nn

    from lstmlib.torch import LSTM, LayerNorm, Linear, PositionalEncoding, TransformerBlock

    if kind not in NETS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(NETS)}")
    generator = torch.Generator().manual_seed(seed)
    (inputs, outputs), E = sizes, EMBED
    layers: list[Any]
    if kind == "transformer":
        scored = None if positions == "sinusoids" else positions
        blocks = [TransformerBlock(E, HEADS, causal=True, positions=scored, generator=generator) for _ in range(BLOCKS)]
        entry, readout = Linear(inputs, E, generator=generator), Linear(E, outputs, generator=generator)
        added = [PositionalEncoding(E)] if positions == "sinusoids" else []
        layers = [entry, *added, *blocks, LayerNorm(E), readout]
    else:
        H = hidden_size(sizes)
        recurrent = LSTM(inputs, H, forget_bias=bias, generator=generator)
        layers = [recurrent, Linear(H, outputs, generator=generator)]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(layers)

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer(x)[0]
            return x

        @property
        def num_parameters(self) -> int:
            return sum(layer.num_parameters for layer in self.layers)  # type: ignore[misc]

    return Net()


def hidden_size(sizes: tuple[int, int]) -> int:
    """Return H for which an LSTM with a read-out has nearly as many parameters as the transformer of ``make_net``."""
    (inputs, outputs), E = sizes, EMBED
    wanted = (inputs + 1) * E + BLOCKS * (12 * E**2 + 13 * E) + 2 * E + (E + 1) * outputs
    return min(range(1, 200), key=lambda H: abs(4 * H * (H + inputs + 1) + (H + 1) * outputs - wanted))


def loss_of(y: Any, batch: Batch) -> Any:
    """Return the mean loss of the steps that count: cross-entropy for classes, squared error for numbers."""
    import torch
    from torch.nn import functional as F

    mask = torch.from_numpy(batch.mask)
    target = torch.from_numpy(batch.target)[mask]
    if target.dtype == torch.int64:
        return F.cross_entropy(y[mask], target)
    return F.mse_loss(y[mask], target.to(y.dtype))


def learn(name: str, kind: str, seed: int, updates: int | None = None, size: int = 32) -> dict[str, Any]:
    """Train one net and return what it can do then.

    Args:
        name: a key of ``TASKS``.
        kind: "LSTM" or "transformer".
        seed: of the initial parameters and of the batches.
        updates: how many; the task's own number if ``None``.
        size: how many sequences a batch has.

    Returns:
        "right": for each of the task's test lengths the share of 400 new sequences that is right; "updates": after how
        many updates (in steps of a tenth of all) at least 99 of 100 were right at the length learnt at, or
        ``None``; "parameters", and what was asked for.
    """
    import torch

    task = TASKS[name]
    updates = task.updates if updates is None else updates
    rng = np.random.default_rng([seed, 1])
    net = make_net(kind, task.sizes, seed)
    adam = torch.optim.Adam(net.parameters(), RATE)
    reached = None
    for update in range(1, updates + 1):
        batch = task.draw(task.train, size, rng)
        adam.zero_grad()
        loss_of(net(_floats(batch.x)), batch).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        if reached is None and update % max(1, updates // 10) == 0 and share_right(net, task, task.train, 100) >= 0.99:
            reached = update
    return {
        "task": name,
        "net": kind,
        "seed": seed,
        "parameters": net.num_parameters,
        "updates": reached,
        "right": {str(length): share_right(net, task, length) for length in task.test},
    }


def share_right(net: Any, task: Task, length: int, count: int = 400) -> float:
    """Return the share of new sequences of that length, the same for every net, that the net gets right."""
    import torch

    batch = task.draw(length, count, np.random.default_rng([length, 99]))
    with torch.no_grad():
        y = net(_floats(batch.x)).numpy()
    return float(np.mean(task.solved(y, batch)))


def _floats(x: Any) -> Any:
    import torch

    return torch.from_numpy(x.astype(np.float32))


def stored(path: Path = RESULTS) -> list[dict[str, Any]]:
    """Return the runs that are stored."""
    runs: list[dict[str, Any]] = json.loads(path.read_text())["runs"] if path.exists() else []
    return runs


def of(runs: list[dict[str, Any]], name: str, kind: str) -> list[dict[str, Any]]:
    """Return a net's runs on a task, one a seed.

    Args:
        runs: as ``stored`` gives them.
        name: the task.
        kind: the net.
    """
    return sorted((run for run in runs if (run["task"], run["net"]) == (name, kind)), key=lambda run: run["seed"])


def main(arguments: list[str] | None = None) -> None:
    """Train what isn't stored yet, and write after every run, so that it can be stopped and gone on with."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.transformer", description=__doc__)
    parser.add_argument("tasks", nargs="*", choices=[*TASKS, []], help="which (default: all)")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default 5)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch

    torch.set_num_threads(1)
    runs = stored(given.output)
    done = {(run["task"], run["net"], run["seed"]) for run in runs}
    for seed in range(given.seeds):
        for name in given.tasks or TASKS:
            for kind in NETS:
                if (name, kind, seed) in done:
                    continue
                start = time.perf_counter()
                runs.append(learn(name, kind, seed))
                order = sorted(runs, key=lambda run: (run["task"], run["net"], run["seed"]))
                about = {"torch": torch.__version__, "numpy": np.__version__}
                given.output.write_text(json.dumps({"made with": about, "runs": order}, indent=1) + "\n")
                print(f"{time.perf_counter() - start:4.0f} s  {json.dumps(runs[-1])}", flush=True)


if __name__ == "__main__":
    main()
