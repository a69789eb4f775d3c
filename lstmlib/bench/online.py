"""How fast the learners are that change weights as a sequence goes by: ``python -m lstmlib.bench.online``.

The net is the 1997 paper's for the adding problem, with 93 weights. Everything is per time step of one net: the
readable learner, the compiled one with one net and with eight side by side, and ``torch.nn.LSTM(2, 4)`` with a linear
read-out, trained on one sequence at a time with plain gradient descent.
"""

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmlib.bench.threads import one_thread
from lstmlib.output import add_output, check, positive, write

if TYPE_CHECKING:
    from lstmlib.bench.timing import Row, Run

RESULTS = Path(__file__).parent / "results" / "online.json"
# T -> how many times as fast as the readable learner, and as torch, the compiled one should be with one net.
TARGETS = {100: (150.0, 30.0), 1000: (150.0, 8.0)}


def runs(T: int) -> "dict[str, tuple[Run, int]]":
    """Return what is timed at length T: name -> what to call, and how many time steps of one net that is."""
    import numpy as np

    from lstmlib import tasks
    from lstmlib.online import LSTM1997, Net
    from lstmlib.online.compiled.lanes import LANES
    from lstmlib.online.compiled.lstm1997 import Eight

    rng = np.random.default_rng(0)
    net = Net(2, 2, 2, 1)
    params = net.draw(rng, input_gate_bias=[-3.0, -6.0])
    many = 20_000 // T
    batch = tasks.adding(T, many, rng)
    few = many // 20
    steps = {count: int(batch.lengths[:count].sum()) for count in (few, many)}
    learner = LSTM1997(net, params)

    def readable() -> None:
        for n in range(few):
            learner.reset()
            for t in range(batch.lengths[n]):
                learner.step(batch.x[t, n])
            learner.add_error(batch.target[batch.lengths[n] - 1, n])
            learner.update(0.5)

    nets = Eight(net, many, len(batch.x), symbolic=False, by_class=False)
    for lane in range(LANES):
        nets.put(lane, params)
        nets.load(lane, 0, batch)

    def compiled(lanes: int) -> "Run":
        def run() -> None:
            for lane in range(lanes):
                nets.start(lane, 0, many, 0.5)
            while nets.busy.any():
                nets.run()

        return run

    return {
        "readable": (readable, steps[few]),
        "compiled, one net": (compiled(1), steps[many]),
        "compiled, eight nets": (compiled(LANES), LANES * steps[many]),
        "torch.nn.LSTM(2, 4)": (_torch(batch, few), steps[few]),
    }


def _torch(batch: Any, count: int) -> "Run":
    import torch

    torch.manual_seed(0)
    layer, readout = torch.nn.LSTM(2, 4), torch.nn.Linear(4, 1)
    optimiser = torch.optim.SGD([*layer.parameters(), *readout.parameters()], lr=0.5)
    x = [torch.tensor(batch.x[:length, n], dtype=torch.float32) for n, length in enumerate(batch.lengths[:count])]
    target = [float(batch.target[length - 1, n, 0]) for n, length in enumerate(batch.lengths[:count])]

    def run() -> None:
        for sequence, answer in zip(x, target, strict=True):
            optimiser.zero_grad()
            y, _ = layer(sequence)
            loss = (torch.sigmoid(readout(y[-1])) - answer).square().sum()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()

    return run


def measure(rounds: int) -> "list[Row]":
    """Return how many times as fast the compiled learner is as the readable one, and as torch, per step of one net."""
    from lstmlib.bench.timing import interleaved, row

    found = []
    for T, targets in TARGETS.items():
        timed = runs(T)
        seconds = interleaved({name: run for name, (run, _) in timed.items()}, rounds)
        per_step = {name: [s / timed[name][1] for s in taken] for name, taken in seconds.items()}
        for than, target in zip(("readable", "torch.nn.LSTM(2, 4)"), targets, strict=True):
            for name in ("compiled, one net", "compiled, eight nets"):
                ratios = [b / a for a, b in zip(per_step[name], per_step[than], strict=True)]
                least = target if name == "compiled, one net" else None
                sizes = {"T": T, "weights": 93}
                found.append(
                    row(
                        "times as fast, per step of one net",
                        name,
                        than,
                        sizes,
                        "float64",
                        "cpu",
                        ratios,
                        per_step[name],
                        least,
                    )
                )
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure on one thread, print, and write it."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.bench.online", description=__doc__)
    parser.add_argument("--rounds", type=positive, default=9, help="how often each thing is timed (default 9)")
    add_output(parser, RESULTS)
    given = parser.parse_args(arguments)
    one_thread()
    check(given.output)
    import torch

    from lstmlib.bench.timing import machine

    torch.set_num_threads(1)
    start, rows = time.perf_counter(), measure(given.rounds)
    for item in rows:
        met = "" if item.met is None else f"  at least {item.least:g}: {'met' if item.met else 'NOT MET'}"
        middle = f"{item.low:.0f} to {item.high:.0f}"
        print(f"T={item.shape['T']:<5} {item.what:<22} {item.ratio:>7.0f} times ({middle}) {item.than}{met}")
        print(f"{'':28} {item.milliseconds * 1e6:.0f} ns a step")
    about = {"machine": machine(), "rows": [asdict(item) | {"met": item.met} for item in rows]}
    write(given.output, about)
    print(f"{len(rows)} ratios in {time.perf_counter() - start:.0f} s, written to {given.output}")


if __name__ == "__main__":
    main()
