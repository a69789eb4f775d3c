"""How far nets count that were taught to count to ten: ``python -m lstmlib.studies.counting``."""

import argparse
import json
import platform
from pathlib import Path

import numpy as np

from lstmlib.numpy import LSTM, Adam, Linear, SequenceModel, cross_entropy, train
from lstmlib.studies.gru_and_lstm import CELLS, Make, same_size
from lstmlib.tasks import counting, counting_solved

RESULTS = Path(__file__).parent / "results" / "counting.json"
TAUGHT, TRIED = 10, 100  # the largest n that is taught, and the largest that is tried


def reach(make: Make, hidden_size: int, seed: int, *, updates: int = 1000, rate: float = 0.01) -> int:
    """Teach a net strings a^n b^n with n from 1 to 10; return the largest n to which it gets every string right.

    Adam, the gradient's norm clipped to 1, batches of 32. 0 if it fails at once, 100 if it never does.

    Source: Gers and Schmidhuber (2001) asked this of LSTM, Weiss, Goldberg and Yahav (2018) of LSTM beside GRU.

    Args:
        make: one of ``CELLS``.
        hidden_size: H, how many hidden units.
        seed: of the net's weights and of what it sees.
        updates: how long it is taught.
        rate: Adam's learning rate.
    """
    rng = np.random.default_rng(seed)
    readout = Linear(hidden_size, 3, rng=rng)
    model = SequenceModel(make(3, hidden_size, rng), readout)
    batches = (counting(1, TAUGHT, 32, rng) for _ in range(updates))
    for _ in train(model, batches, cross_entropy, Adam(model.params, rate), max_norm=1.0):
        pass
    for n in range(1, TRIED + 1):
        string = counting(n, n, 1, rng)
        if not counting_solved(model.forward(string.x)[0], string).all():
            return n - 1
    return TRIED


def load(path: Path = RESULTS) -> dict[str, list[int]]:
    """Return how far each cell's nets counted, in increasing order.

    Args:
        path: the file; the stored one unless told.
    """
    return dict(json.loads(path.read_text())["reach"])


def main(arguments: list[str] | None = None) -> None:
    """Run ten nets of each of three cells with equally many parameters, and write how far they count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="nets a cell (default 10)")
    parser.add_argument("--updates", type=int, default=1000, help="how long each is taught (default 1000)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    parameters = LSTM(3, 16).num_parameters + 17 * 3
    sizes = {name: same_size(CELLS[name], 3, 3, parameters) for name in ("RNN", "LSTM, bias 1", "GRU")}
    far = {
        name: sorted(reach(CELLS[name], H, seed, updates=given.updates) for seed in range(given.seeds))
        for name, H in sizes.items()
    }
    about = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    about |= {"seeds": f"0 to {given.seeds - 1}", "units": json.dumps(sizes), "updates": str(given.updates)}
    given.output.write_text(json.dumps({"about": about, "reach": far}, indent=1) + "\n")
    print(far)


if __name__ == "__main__":
    main()
