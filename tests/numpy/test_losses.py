"""The losses: values by hand, gradients by differences, masks, and what is refused. Parity with torch: tests/torch."""

import re

import numpy as np
import pytest

from lstmlib.numpy import binary_cross_entropy, cross_entropy, squared_error


def numeric(loss, y):
    gradient = np.empty_like(y)
    for index in np.ndindex(y.shape):
        kept = y[index]
        y[index] = kept + 1e-6
        above = loss()
        y[index] = kept - 1e-6
        gradient[index] = (above - loss()) / 2e-6
        y[index] = kept
    return gradient


def test_values_by_hand():
    y = np.array([[[1.0], [2.0]]])
    assert squared_error(y, np.array([[[0.0], [4.0]]]))[0] == 2.5
    assert binary_cross_entropy(np.zeros((1, 2, 1)), np.array([[[1.0], [0.0]]]))[0] == pytest.approx(np.log(2.0))
    scores = np.log(np.array([[[0.5, 0.25, 0.25]]]))
    assert cross_entropy(scores, np.array([[1]]))[0] == pytest.approx(np.log(4.0))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("loss", [squared_error, cross_entropy, binary_cross_entropy])
def test_gradient(loss, masked, rng):
    y = rng.standard_normal((4, 3, 5))
    target = rng.integers(5, size=(4, 3)) if loss is cross_entropy else rng.uniform(size=(4, 3, 5))
    mask = rng.uniform(size=(4, 3)) < 0.5 if masked else None
    _, dy = loss(y, target, mask)
    np.testing.assert_allclose(dy, numeric(lambda: loss(y, target, mask)[0], y), atol=1e-9)
    if masked:
        assert not dy[~mask].any()


@pytest.mark.parametrize("loss", [squared_error, cross_entropy, binary_cross_entropy])
def test_mask_takes_the_mean_over_what_counts(loss, rng):
    y = rng.standard_normal((4, 3, 5))
    target = rng.integers(5, size=(4, 3)) if loss is cross_entropy else rng.uniform(size=(4, 3, 5))
    mask = np.zeros((4, 3), bool)
    mask[1:3, 1] = True
    assert loss(y, target, mask)[0] == pytest.approx(loss(y[1:3, 1:2], target[1:3, 1:2])[0], rel=1e-14)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("loss", [squared_error, cross_entropy, binary_cross_entropy])
def test_float32_stays_float32(loss, masked, rng):
    y = rng.standard_normal((4, 3, 5)).astype(np.float32)
    target = rng.integers(5, size=(4, 3)) if loss is cross_entropy else rng.uniform(size=(4, 3, 5)).astype(np.float32)
    assert loss(y, target, np.ones((4, 3), bool) if masked else None)[1].dtype == np.float32


def test_large_scores_do_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        value, dy = cross_entropy(np.array([[[1e4, -1e4]]]), np.array([[1]]))
        assert value == pytest.approx(2e4)
        np.testing.assert_allclose(dy, [[[1.0, -1.0]]])
        value, _ = binary_cross_entropy(np.array([[[1e4]]]), np.array([[[0.0]]]))
        assert value == pytest.approx(1e4)


Y, CLASSES = np.zeros((4, 3, 5)), np.zeros((4, 3), int)
BAD = {
    "target shape": (
        squared_error,
        (Y, np.zeros((4, 3, 1))),
        ValueError,
        "target has shape (4, 3, 1), expected (4, 3, 5)",
    ),
    "target NaN": (squared_error, (Y, np.full((4, 3, 5), np.nan)), ValueError, "target of shape (4, 3, 5) is NaN"),
    "float classes": (
        cross_entropy,
        (Y, CLASSES + 0.0),
        TypeError,
        "target of shape (4, 3) has dtype float64, expected integer classes of shape (4, 3)",
    ),
    "list of classes": (cross_entropy, (Y, [[1]]), TypeError, "target is a list, expected an integer array of shape"),
    "class too large": (
        cross_entropy,
        (Y, CLASSES + 5),
        ValueError,
        "target holds classes from 5 to 5, expected 0 to 4",
    ),
    "class negative": (cross_entropy, (Y, CLASSES - 1), ValueError, "target holds classes from -1 to -1"),
    "classes shape": (cross_entropy, (Y, CLASSES.T), ValueError, "target has shape (3, 4), expected (4, 3)"),
    "not a probability": (binary_cross_entropy, (Y, Y + 1.5), ValueError, "target runs from 1.5 to 1.5, expected"),
    "mask of integers": (
        squared_error,
        (Y, Y, CLASSES),
        TypeError,
        "mask of shape (4, 3) has dtype int64, expected booleans of shape (4, 3)",
    ),
    "mask a list": (squared_error, (Y, Y, [[True]]), TypeError, "mask is a list, expected a boolean array of shape"),
    "mask shape": (squared_error, (Y, Y, np.ones((3, 4), bool)), ValueError, "mask has shape (3, 4), expected (4, 3)"),
    "mask all False": (squared_error, (Y, Y, np.zeros((4, 3), bool)), ValueError, "expected at least one step"),
    "y integers": (cross_entropy, (Y.astype(int), CLASSES), TypeError, "y of shape (4, 3, 5) has dtype int64"),
}


@pytest.mark.parametrize(("loss", "arguments", "error", "message"), BAD.values(), ids=BAD)
def test_bad_input(loss, arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        loss(*arguments)


LOSSES = {"squared_error": squared_error, "cross_entropy": cross_entropy, "binary_cross_entropy": binary_cross_entropy}
every = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def draw(loss, rng, dtype=np.float64):
    y = rng.standard_normal((4, 3, 5)).astype(dtype)
    return y, rng.integers(5, size=(4, 3)) if loss is cross_entropy else rng.uniform(size=(4, 3, 5)).astype(dtype)


@every
def test_what_the_mask_leaves_out_may_hold_anything(loss, rng):
    y, target = draw(loss, rng)
    mask = rng.uniform(size=(4, 3)) < 0.5
    value, dy = loss(y, target, mask)
    for strange in (np.nan, np.inf, -np.inf, 1e308):
        other_y, other_target = y.copy(), target.copy()
        other_y[~mask] = strange
        other_target[~mask] = -100 if loss is cross_entropy else strange
        with np.errstate(all="raise"):
            have, other_dy = loss(other_y, other_target, mask)
        assert have == value
        np.testing.assert_array_equal(other_dy, dy)


@every
def test_what_counts_must_be_finite(loss, rng):
    for strange in (np.nan, np.inf, -np.inf):
        y, target = draw(loss, rng)
        y[1, 2, int(target[1, 2]) if loss is cross_entropy else 3] = strange
        with pytest.raises(ValueError, match=r"y of shape \(4, 3, 5\) (is (NaN|infinite) at index|excludes the class)"):
            loss(y, target)
        if loss is not cross_entropy:
            y, target = draw(loss, rng)
            target[1, 2, 3] = strange
            with pytest.raises(ValueError, match=r"target of shape \(4, 3, 5\) is (NaN|infinite) at index \(1, 2, 3\)"):
                loss(y, target)


def test_a_class_that_is_not_the_target_may_be_excluded():
    value, dy = cross_entropy(np.array([[[0.0, -np.inf, 0.0]]]), np.array([[2]]))
    assert value == pytest.approx(np.log(2.0))
    np.testing.assert_allclose(dy, [[[0.5, 0.0, -0.5]]])
    with pytest.raises(ValueError, match=r"y of shape \(1, 1, 3\) excludes the class 1 at index \(0, 0\), the target"):
        cross_entropy(np.full((1, 1, 3), -np.inf), np.array([[1]]))


@every
def test_nothing_is_broadcast(loss, rng):
    y, target = draw(loss, rng)
    for bad in (target[:1], target[:, :1], target[..., :1], target[None], target[0], np.zeros((), target.dtype)):
        with pytest.raises(ValueError, match="target has shape"):
            loss(y, bad)
    for bad in (np.ones((4, 1), bool), np.ones((1, 3), bool), np.ones(3, bool), np.ones((4, 3, 1), bool)):
        with pytest.raises(ValueError, match="mask has shape"):
            loss(y, target, bad)


@every
def test_what_is_no_plain_array_is_refused(loss, rng):
    good = dict(zip(("y", "target", "mask"), (*draw(loss, rng), np.ones((4, 3), bool)), strict=True))
    for key, value in good.items():
        for strange in (np.ma.array(value), value.view(type("Sub", (np.ndarray,), {})), value.tolist(), 1.0):
            with pytest.raises(TypeError, match=rf"{key} is an? \w+"):
                loss(**{**good, key: strange})
        with pytest.raises(TypeError, match=rf"{key} of shape"):
            loss(**{**good, key: value.astype(np.float16)})


@every
def test_the_gradient_has_the_dtype_of_the_outputs(loss, rng):
    y, target = draw(loss, rng)
    want = loss(y, target)
    for dtype, tolerance in ((np.float64, 0.0), (np.float32, 1e-6)):
        value, dy = loss(y.astype(dtype), target)
        assert dy.dtype == dtype
        assert value == pytest.approx(want[0], rel=tolerance)
        np.testing.assert_allclose(dy, want[1], atol=tolerance)
