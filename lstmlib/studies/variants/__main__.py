"""``python -m lstmlib.studies.variants STUDY``: make one of the chapter's studies again, and store what came out."""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor

from lstmlib.studies.variants import store


def main(arguments: list[str] | None = None) -> None:
    """Run one study."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.variants", description=__doc__)
    parser.add_argument("study", choices=(*store.STUDIES, "film"))
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes (default: one a core)")
    given = parser.parse_args(arguments)
    # Only now: films need torch, the digits scikit-learn as well, depth NumPy alone.
    if given.study == "film":
        from lstmlib.studies.variants import film

        with ProcessPoolExecutor(given.workers) as pool:
            film.run(over=pool.map)
        return
    if given.study == "digits":
        from lstmlib.studies.variants.digits import moving as study
    else:
        from lstmlib.studies.variants import studies

        study = getattr(studies, given.study)
    with ProcessPoolExecutor(given.workers) as pool:
        print(f"written to {store.store(given.study, study(pool.map))}")


if __name__ == "__main__":
    main()
