"""Settings for all tests: the same examples and the same draws every time, and no example is timed."""

import sys

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("book", deadline=None, derandomize=True, max_examples=25, database=None)
settings.load_profile("book")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_draw_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that a test makes without a source of random numbers start alike in every run of it."""
    real, source = np.random.default_rng, np.random.SeedSequence(1)

    def default_rng(seed: object = None) -> np.random.Generator:
        return real(source.spawn(1)[0] if seed is None else seed)

    monkeypatch.setattr(np.random, "default_rng", default_rng)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(1)
