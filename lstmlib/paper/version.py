"""Which results belong together."""

import lstmlib

# To be raised with every change that makes a trial come out differently: results of other versions are not mixed.
VERSION = 1


def versions() -> dict[str, int | str]:
    """Return what is stored with every trial: the version of its making, and those of the packages."""
    import numba
    import numpy as np

    return {"version": VERSION, "lstmlib": lstmlib.__version__, "numpy": np.__version__, "numba": numba.__version__}
