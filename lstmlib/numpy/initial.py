"""How parameters start: drawn uniformly, as torch.nn does, so that both backends begin alike."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_dtype, check_rng


def uniform_params(
    shapes: Mapping[str, tuple[int, ...]], bound: float, rng: np.random.Generator | None, dtype: DTypeLike
) -> dict[str, Array]:
    """Return one array per name, drawn from U[-bound, bound] in the order of ``shapes``.

    Args:
        shapes: name -> shape.
        bound: the largest magnitude a weight can have; torch.nn takes 1/sqrt(hidden_size).
        rng: source of the draws; ``None`` takes a fresh one, seeded by the operating system.
        dtype: float32 or float64.

    Raises:
        TypeError: another dtype, or a source that is no generator.
    """
    dtype = check_dtype(dtype)
    rng = np.random.default_rng() if rng is None else check_rng(rng)
    return {name: rng.uniform(-bound, bound, shape).astype(dtype) for name, shape in shapes.items()}
