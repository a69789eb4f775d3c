"""Settings for all tests: hypothesis draws the same examples every time, and no example is timed."""

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("book", deadline=None, derandomize=True, max_examples=25, database=None)
settings.load_profile("book")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
