"""The stored results: one JSON file for each measurement, with how it was made; and the weights of two nets."""

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

import lstmlib
from lstmlib.numpy import SequenceModel

RESULTS = Path(__file__).parent / "results"


def stored(name: str, folder: Path = RESULTS) -> dict[str, Any]:
    """Return a stored result: "made", with which versions and settings; "trials", one dict for each.

    Args:
        name: "streams" or "lags".
        folder: where to look.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    return json.loads((folder / f"{name}.json").read_text(encoding="utf8"))


def save_net(model: Any, name: str, folder: Path = RESULTS) -> None:
    """Write a model's parameters as 16-bit floats, of which three digits are right.

    Args:
        model: a model, or a dict of its arrays.
        name: of the file.
        folder: where to write.
    """
    params = model if isinstance(model, dict) else model.params
    small: dict[str, Any] = {key: np.asarray(value, np.float16) for key, value in params.items()}
    np.savez_compressed(folder / f"{name}.npz", **small)


def read_net(model: SequenceModel, name: str, folder: Path = RESULTS) -> SequenceModel:
    """Put stored parameters into a model of the same sizes, and return it.

    Raises:
        FileNotFoundError: there are none of that name.
        ValueError: the sizes differ.
    """
    with np.load(folder / f"{name}.npz") as arrays:
        for key, value in model.params.items():
            if arrays[key].shape != value.shape:
                raise ValueError(f"{name}.npz has {key} of shape {arrays[key].shape}, expected {value.shape}")
            value[...] = arrays[key]
    return model


def store(name: str, settings: dict[str, Any], trials: list[dict[str, Any]], folder: Path = RESULTS) -> None:
    """Write a result, one trial a line.

    Args:
        name: of the file.
        settings: what the trials share.
        trials: one dict for each.
        folder: where to write.
    """
    made = settings | {"lstmlib": lstmlib.__version__, "numpy": np.__version__, "python": platform.python_version()}
    lines = ",\n".join(json.dumps(trial) for trial in trials)
    text = f'{{"made": {json.dumps(made)},\n"trials": [\n{lines}\n]}}\n'
    (folder / f"{name}.json").write_text(text, encoding="utf8")
