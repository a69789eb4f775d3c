"""The scan: every plan gives the loop's states, the counts are the formulas', the backward pass is the differences'."""

import numpy as np
import pytest

from lstmlib.numpy.gradients import check_gradients
from lstmlib.numpy.scan import combine, doubling, one_by_one, scan, scan_backward, sweeps

PLANS = [one_by_one, doubling, sweeps]
LENGTHS = [1, 2, 3, 5, 8, 13, 64, 100]


def loop(a, b, h0):
    states, h = [], h0
    for t in range(len(b)):
        h = a[t] * h + b[t]
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("dtype", [float, complex])
def test_every_plan_is_the_loop(plan, length, dtype, rng):
    a, b = rng.uniform(-1, 1, (length, 3)).astype(dtype), rng.standard_normal((length, 3)).astype(dtype)
    if dtype is complex:
        a = a * np.exp(1j * rng.random((length, 3)))
    h0 = rng.standard_normal(3)
    kept = a.copy(), b.copy()
    np.testing.assert_allclose(scan(a, b, h0, plan), loop(a, b, h0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(scan(a, b, plan=plan), loop(a, b, 0 * h0), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(kept[0], a)  # what the caller gave is as it was
    np.testing.assert_array_equal(kept[1], b)


def test_a_factor_that_never_changes_is_a_convolution(rng):
    b = rng.standard_normal(50)
    np.testing.assert_allclose(scan(np.array([0.9]), b), np.convolve(b, 0.9 ** np.arange(50))[:50], rtol=1e-12)


def test_combining_is_associative_and_not_commutative(rng):
    one, two, three = rng.standard_normal((3, 2, 4))
    left = combine(combine(tuple(three), tuple(two)), tuple(one))
    right = combine(tuple(three), combine(tuple(two), tuple(one)))
    np.testing.assert_allclose(left, right, rtol=0, atol=1e-14)
    assert not np.allclose(combine(tuple(two), tuple(one)), combine(tuple(one), tuple(two)))


@pytest.mark.parametrize("length", [2, 4, 8, 64, 1024])
def test_the_counts_are_what_the_docstrings_say(length):
    log = int(np.log2(length))
    counts = {plan: (len(plan(length)), sum(len(to) for to, _ in plan(length))) for plan in PLANS}
    assert counts[one_by_one] == (length - 1, length - 1)
    assert counts[doubling] == (log, length * log - length + 1)
    assert counts[sweeps] == (2 * log - 1, 2 * length - 2 - log)


@pytest.mark.parametrize("length", LENGTHS)
def test_doubling_s_work_for_any_length(length):
    log = int(np.ceil(np.log2(length)))
    assert len(doubling(length)) == log
    assert sum(len(to) for to, _ in doubling(length)) == length * log - 2**log + 1


@pytest.mark.parametrize("plan", PLANS)
def test_no_cell_is_written_twice_in_a_round(plan):
    for to, earlier in plan(100):
        assert len(set(to)) == len(to)
        assert (earlier < to).all()


class ScanLayer:
    """A scan with the contract of a layer, so that ``check_gradients`` can look at it: a and b are parameters."""

    def __init__(self, rng, shape):
        self.params = {"a": rng.uniform(-1, 1, shape), "b": rng.standard_normal(shape)}

    def forward(self, x, state=None):
        h = scan(self.params["a"], self.params["b"] + x, state)
        return h, h[-1].copy(), (h, state)

    def backward(self, cache, dy, dstate=None):
        h, h0 = cache
        dh = dy.copy()
        dh[-1] += 0.0 if dstate is None else dstate
        da, db, dh0 = scan_backward(self.params["a"], h, dh, h0)
        return db, dh0, {"a": da, "b": db}


@pytest.mark.parametrize("length", [1, 2, 7])
def test_gradient(length, rng):
    shape = (length, 2, 3)
    differences = check_gradients(ScanLayer(rng, shape), rng.standard_normal(shape), rng.standard_normal(shape[1:]))
    assert set(differences) == {"x", "state[0]", "a", "b"}
    assert max(differences.values()) < 1e-6, differences


def test_gradient_from_an_empty_state_and_a_constant_factor(rng):
    b, dh = rng.standard_normal((2, 6, 2))
    a = np.array([[0.8, -0.5]])
    h = scan(a, b)
    da, _, dh0 = scan_backward(a, h, dh)
    step = 1e-6
    for k in range(2):
        up, down = a.copy(), a.copy()
        up[0, k] += step
        down[0, k] -= step
        slope = ((scan(up, b) - scan(down, b)) * dh).sum() / (2 * step)
        assert da[:, k].sum() == pytest.approx(slope, rel=1e-6)
    assert dh0.shape == (2,)


@pytest.mark.parametrize(
    ("a", "b", "h0", "error", "said"),
    [
        ([0.5], np.ones(1), None, TypeError, "a is of list, expected an array of floating-point"),
        (np.ones(3), np.ones(3, int), None, TypeError, "b is of int64, expected an array of floating-point"),
        (np.ones(3), np.ones(4), None, ValueError, r"a has shape \(3,\) and b \(4,\), expected \(T, ...\) both"),
        (np.ones(3), np.ones((3, 2)), None, ValueError, r"a has shape \(3,\) and b \(3, 2\)"),
        (np.ones((0, 2)), np.ones((0, 2)), None, ValueError, r"b \(0, 2\)"),
        (np.ones((3, 2)), np.ones((3, 2)), np.ones(3), ValueError, r"h0 has shape \(3,\), expected \(2,\)"),
    ],
)
def test_bad_input(a, b, h0, error, said):
    with pytest.raises(error, match=said):
        scan(a, b, h0)


def test_bad_gradients():
    with pytest.raises(ValueError, match=r"h has shape \(2,\), expected \(3,\), that of dh"):
        scan_backward(np.ones(3), np.ones(2), np.ones(3))
    with pytest.raises(TypeError, match="dh is of list"):
        scan_backward(np.ones(3), np.ones(3), [1.0])
