"""``python -m lstmlib.studies.came_back``: train what isn't stored yet; it can be stopped and gone on with."""

import argparse
from itertools import product
from pathlib import Path

import torch

from lstmlib.studies import journal
from lstmlib.studies.came_back import trials
from lstmlib.studies.came_back.layers import LAYERS
from lstmlib.studies.came_back.problems import PROBLEMS


def main(arguments: list[str] | None = None) -> None:
    """Train the nets of some problems; write after every group of nets."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.came_back", description=__doc__)
    parser.add_argument("problems", nargs="*", choices=[*PROBLEMS, []], help="which (default: all)")
    parser.add_argument("--nets", nargs="+", choices=LAYERS, default=list(LAYERS), help="which (default: all)")
    parser.add_argument("--output", type=Path, default=trials.RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    given.output.parent.mkdir(exist_ok=True)
    journal.go_on(
        given.output,
        product(given.problems or PROBLEMS, given.nets),
        lambda name, kind: trials.wanted(trials.stored(given.output), name, kind),
        lambda name, kind, job: trials.train(name, kind, job[1], job[0]),
    )


if __name__ == "__main__":
    main()
