"""``python -m lstmlib.studies.forgetting NAME``: measure again, and store the result where the chapter reads it."""

import argparse
from pathlib import Path

from lstmlib.output import positive
from lstmlib.studies.forgetting.store import RESULTS, save_net, store


def main(arguments: list[str] | None = None) -> None:
    """Run one measurement."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.forgetting", description=__doc__)
    parser.add_argument("name", choices=("streams", "lags", "text"))
    parser.add_argument("--seeds", type=positive, default=5, help="how many nets of each kind (default 5)")
    parser.add_argument("--updates", type=positive, default=2000, help="of training (default 2000)")
    parser.add_argument("--symbols", type=positive, default=10_000, help="of a test stream (default 10000)")
    parser.add_argument("--folder", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    seeds, updates = range(given.seeds), given.updates
    if given.name == "streams":
        from lstmlib.studies.forgetting import streams

        trials, settings = [], {"updates": updates, "symbols": given.symbols, "streams": 10}
        for kind in streams.KINDS:
            for seed in seeds:
                trials.append(streams.trial(kind, seed, updates, given.symbols, 10))
                print(trials[-1], flush=True)
        save_net(streams.learn("forget gate", 0, updates), "streams", given.folder)
        store("streams", settings, trials, given.folder)
    elif given.name == "lags":
        from lstmlib.studies.forgetting import lags

        grid = [(bias, length, seed) for length in lags.LENGTHS for bias in lags.BIASES for seed in seeds]
        store("lags", {"updates": updates}, [lags.trial(*place, updates) for place in grid], given.folder)
    else:
        from lstmlib.studies.forgetting import text

        text.learn(given.folder, updates)


if __name__ == "__main__":
    main()
