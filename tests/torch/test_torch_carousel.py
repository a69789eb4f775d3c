"""The carousel with doors in both backends; without them it stands among the layers of test_torch_parity.py."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from parity import compare, copy_params

import lstmlib.numpy as ln
import lstmlib.torch as lt


@given(
    T=st.integers(1, 9),
    N=st.integers(1, 4),
    D=st.integers(3, 6),
    H=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
    loop=st.sampled_from(["fixed", "free"]),
    squash=st.sampled_from([("identity", "identity"), ("tanh", "tanh"), ("logistic", "identity")]),
    with_lengths=st.booleans(),
)
def test_doors_are_numpy_s(T, N, D, H, seed, loop, squash, with_lengths):
    rng = np.random.default_rng(seed)
    options = {"g": squash[0], "h": squash[1], "loop": loop, "doors": True}
    layer = ln.Carousel(D, H, rng=rng, **options)
    twin = lt.Carousel(D, H, dtype=torch.float64, **options)
    copy_params(layer, twin)
    lengths = {"lengths": rng.integers(1, T + 1, N)} if with_lengths else {}
    compare(layer, twin, rng.standard_normal((T, N, D)), rng.standard_normal((N, H)), rng, **lengths)


def test_padding_never_leaks_through_a_door():
    layer = lt.Carousel(3, 2, doors=True)
    x = torch.randn(4, 2, 3)
    x[2:, 1] = torch.nan
    y, last = layer(x, lengths=torch.tensor([4, 2]))
    assert torch.isfinite(y).all()
    assert torch.isfinite(last).all()
    assert not y[2:, 1].any()


def test_a_free_loop_starts_at_one():
    assert (lt.Carousel(3, 4, loop="free").weight_hh_l0 == 1.0).all()


def test_bad_options_are_numpy_s():
    with pytest.raises(ValueError, match="loop is 'open', expected one of fixed, free"):
        lt.Carousel(3, 4, loop="open")
