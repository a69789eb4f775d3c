"""``python -m lstmlib.studies.came_back``: train what isn't stored yet; it can be stopped and gone on with."""

import argparse
import time
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
    for name in given.problems or PROBLEMS:
        for kind in given.nets:
            while (job := trials.wanted(trials.stored(given.output), name, kind)) is not None:
                start = time.process_time()
                found = trials.train(name, kind, job[1], job[0])
                journal.add(given.output, *found)
                spent = time.process_time() - start
                print(f"{spent:5.0f} s  {name}, {kind}: {len(found)} nets, {job[0]} updates", flush=True)


if __name__ == "__main__":
    main()
