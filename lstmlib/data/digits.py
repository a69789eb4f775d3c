"""Handwritten digits: small pictures of 0 to 9."""

import numpy as np
from numpy.typing import NDArray


def digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return pictures (1797, 8, 8), from 0 for paper to 1 for ink, and the digit that each shows (1797,).

    Source: the test part of "Optical recognition of handwritten digits" (Alpaydin and Kaynak 1998, UCI repository), as
    carried by scikit-learn.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError("the digits come with scikit-learn: pip install scikit-learn") from error
    source = load_digits()
    return source.images / 16.0, source.target.astype(np.int64)
