"""``python -m lstmlib.studies.variants STUDY``: make one of the chapter's studies again, and store what came out."""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor

from lstmlib.output import positive
from lstmlib.studies.variants.store import RESULTS, store


def main(arguments: list[str] | None = None) -> None:
    """Run one study."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.variants", description=__doc__)
    parser.add_argument("study", choices=("depth", "digits", "film"))
    parser.add_argument(
        "--workers", type=positive, default=os.cpu_count(), help="processes (default: one a core; depth has one)"
    )
    given = parser.parse_args(arguments)
    # Only now: films need torch, the digits scikit-learn as well, depth NumPy alone.
    if given.study == "depth":
        from lstmlib.studies.variants import depth

        depth.run()
        return
    if given.study == "film":
        from lstmlib.studies.variants import film

        with ProcessPoolExecutor(given.workers) as pool:
            film.run(over=pool.map)
        return
    from lstmlib.studies.variants.digits import moving

    with ProcessPoolExecutor(given.workers) as pool:
        store(moving(pool.map))
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
