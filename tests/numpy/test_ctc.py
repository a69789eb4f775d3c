"""CTC: against all paths one by one, by differences, by hand, and what is refused. Parity with torch: tests/torch."""

import itertools
import re

import numpy as np
import pytest

from lstmlib.numpy import ctc
from lstmlib.numpy.ctc import alignments, beam_search, best_path, collapse, ctc_loss, edit_distance, label_error_rate

LABELS = {"none": [], "one": [1], "two": [1, 2], "repeat": [1, 1], "around": [2, 1, 2], "repeats": [2, 2, 1]}


def by_labelling(log_p, blank=0):
    """Return each labelling's probability, summed over all paths one by one."""
    T, K = log_p.shape
    found = {}
    for path in itertools.product(range(K), repeat=T):
        key = tuple(collapse(path, blank))
        found[key] = found.get(key, 0.0) + float(np.exp(log_p[np.arange(T), path].sum()))
    return found


def draw(rng, T=5, K=3):
    return ctc.log_softmax(rng.standard_normal((T, K)) * 2.0)


@pytest.mark.parametrize(
    ("path", "labels"),
    [([], []), ([0, 0], []), ([1, 1, 2], [1, 2]), ([0, 1, 1, 0, 1, 2], [1, 1, 2]), ([2, 0, 0, 2], [2, 2])],
)
def test_collapse(path, labels):
    assert collapse(path) == labels
    assert collapse(np.array(path, int)) == labels


def test_collapse_with_another_blank():
    assert collapse([2, 0, 0, 2, 0, 1], blank=2) == [0, 0, 1]


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_a_labellings_probability_is_the_sum_of_its_paths(labels, rng):
    for _ in range(5):
        log_p = draw(rng)
        assert np.exp(-alignments(log_p, labels).loss) == pytest.approx(by_labelling(log_p)[tuple(labels)], rel=1e-12)


def test_all_labellings_together_are_certain(rng):
    assert sum(by_labelling(draw(rng)).values()) == pytest.approx(1.0)


@pytest.mark.parametrize("blank", [0, 1, 2])
def test_any_class_may_be_the_blank(blank, rng):
    log_p = draw(rng)
    others = [k for k in range(3) if k != blank]
    for labels in ([], others, [others[1]] * 2):
        want = by_labelling(log_p, blank)[tuple(labels)]
        assert np.exp(-alignments(log_p, labels, blank).loss) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_the_posterior_is_the_share_of_the_paths(labels, rng):
    log_p = draw(rng)
    found, T = alignments(log_p, labels), len(log_p)
    np.testing.assert_allclose(found.posterior.sum(1), 1.0, atol=1e-12)
    share, whole = np.zeros_like(log_p), 0.0
    for path in itertools.product(range(3), repeat=T):
        if collapse(path) == labels:
            p = np.exp(log_p[np.arange(T), path].sum())
            share[np.arange(T), path] += p
            whole += p
    for k in range(3):
        np.testing.assert_allclose(found.posterior[:, found.states == k].sum(1), share[:, k] / whole, atol=1e-12)


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_alpha_times_beta_is_the_same_at_every_step(labels, rng):
    log_p = draw(rng, T=7)
    found = alignments(log_p, labels)
    product = found.forward + found.backward - log_p[:, found.states]
    np.testing.assert_allclose(np.logaddexp.reduce(product, 1), -found.loss, atol=1e-12)


def test_by_hand():
    # three steps, two labels; the five paths of "ab" are aab, abb, a-b, -ab and ab-
    p = np.array([[0.2, 0.6, 0.2], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    want = 0.6 * 0.3 * 0.7 + 0.6 * 0.2 * 0.7 + 0.6 * 0.5 * 0.7 + 0.2 * 0.3 * 0.7 + 0.6 * 0.2 * 0.1
    assert np.exp(-alignments(np.log(p), [1, 2]).loss) == pytest.approx(want, rel=1e-14)


def batch(rng, T=6, N=4, K=4):
    y = rng.standard_normal((T, N, K))
    target = np.array([[1, 2, 3], [2, 2, 0], [1, 0, 0], [0, 0, 0]])
    return y, target, np.array([6, 4, 5, 2]), np.array([3, 2, 1, 0])


def test_gradient(rng):
    y, target, lengths, counts = batch(rng)
    _, dy = ctc_loss(y, target, lengths, counts)
    numeric = np.empty_like(y)
    for index in np.ndindex(y.shape):
        kept = y[index]
        y[index] = kept + 1e-6
        above = ctc_loss(y, target, lengths, counts)[0]
        y[index] = kept - 1e-6
        numeric[index] = (above - ctc_loss(y, target, lengths, counts)[0]) / 2e-6
        y[index] = kept
    np.testing.assert_allclose(dy, numeric, atol=1e-9)
    np.testing.assert_allclose(dy.sum(-1), 0.0, atol=1e-15)


def test_padding_may_hold_anything(rng):
    y, target, lengths, counts = batch(rng)
    value, dy = ctc_loss(y, target, lengths, counts)
    y[np.arange(6)[:, None] >= lengths], target[np.arange(3) >= counts[:, None]] = np.nan, -7
    other, dy_other = ctc_loss(y, target, lengths, counts)
    assert other == value
    np.testing.assert_array_equal(dy_other, dy)
    assert not dy[np.arange(6)[:, None] >= lengths].any()


def test_lengths_are_all_of_it_if_none(rng):
    y, _, _, _ = batch(rng)
    target = np.array([[1, 2], [2, 1], [1, 3], [3, 1]])
    assert ctc_loss(y, target)[0] == ctc_loss(y, target, np.full(4, 6), np.full(4, 2))[0]


def test_float32_stays_float32_and_extreme_scores_are_finite(rng):
    y, target, lengths, counts = batch(rng)
    with np.errstate(over="raise", invalid="raise"):
        value, dy = ctc_loss((1000.0 * y).astype(np.float32), target, lengths, counts)
    assert dy.dtype == np.float32
    assert np.isfinite(value)
    assert np.isfinite(dy).all()


def test_labels_that_do_not_fit_have_no_path(rng):
    log_p = draw(rng, T=2)
    found = alignments(log_p, [1, 1])
    assert found.loss == np.inf
    assert not found.posterior.any()
    assert ctc.shortest([1, 1]) == 3
    with pytest.raises(ValueError, match=r"target\[0\] needs 3 steps, one a label and one between equals; it has 2"):
        ctc_loss(log_p[:, None], np.array([[1, 1]]))


def test_a_wide_beam_finds_the_most_probable_labelling(rng):
    for _ in range(10):
        log_p = draw(rng)
        exact = by_labelling(log_p)
        found = beam_search(log_p, 200)
        assert tuple(found[0][0]) == max(exact, key=exact.get)
        for labels, value in found:
            assert np.exp(value) == pytest.approx(exact[tuple(labels)], rel=1e-12)


def test_a_narrow_beam_gives_lower_bounds(rng):
    for _ in range(10):
        log_p = draw(rng, T=6)
        exact = by_labelling(log_p)
        assert all(np.exp(value) <= exact[tuple(labels)] * (1 + 1e-12) for labels, value in beam_search(log_p, 2))


def test_the_best_path_is_not_the_best_labelling():
    log_p = np.log(np.array([[0.6, 0.4], [0.6, 0.4]]))  # blank, a: "" has 0.36, "a" has 0.24 + 0.24 + 0.16
    assert best_path(log_p) == []
    (labels, value), *_ = beam_search(log_p)
    assert labels == [1]
    assert np.exp(value) == pytest.approx(0.64)


@pytest.mark.parametrize(
    ("said", "wanted", "distance"),
    [([], [], 0), ([1], [], 1), ([], [1, 2], 2), ([1, 2, 3], [1, 3], 1), ([3, 1], [1, 3], 2), ([1, 1], [1], 1)],
)
def test_edit_distance(said, wanted, distance):
    assert edit_distance(said, wanted) == edit_distance(wanted, said) == distance


def test_label_error_rate():
    assert label_error_rate([[1, 2], [3]], [[1, 2], [4]]) == pytest.approx(1 / 3)
    assert label_error_rate([[1, 1, 1]], [[2]]) == 3.0
    with pytest.raises(ValueError, match="said has 1 sequences, wanted 2"):
        label_error_rate([[1]], [[1], [2]])
    with pytest.raises(ValueError, match="wanted has no label"):
        label_error_rate([[1]], [[]])


Y, TARGET = np.zeros((4, 2, 3)), np.array([[1, 2], [2, 1]])
BAD = {
    "scores of two ranks": ((Y[0], TARGET), ValueError, "y has shape (2, 3), expected (T, N, K)"),
    "a score that is NaN": ((Y * np.nan, TARGET), ValueError, "y of shape (4, 2, 3) is NaN at index (0, 0, 0)"),
    "float labels": ((Y, TARGET + 0.0), TypeError, "target of shape (2, 2) has dtype float64, expected integer labels"),
    "a list": ((Y, [[1]]), TypeError, "target is a list, expected an integer array (2, S)"),
    "labels of another batch": ((Y, TARGET[:1]), ValueError, "target has shape (1, 2), expected (2, S)"),
    "the blank as a label": (
        (Y, TARGET * 0),
        ValueError,
        "target[0] is [0, 0], expected classes from 0 to 2 but 0",
    ),
    "a label too high": ((Y, TARGET + 1), ValueError, "target[0] is [2, 3], expected classes from 0 to 2"),
    "too many labels": (
        (Y, TARGET, None, np.array([3, 1])),
        ValueError,
        "target_lengths is [3, 1], expected 2 integers from 0 to 2",
    ),
    "counts as floats": ((Y, TARGET, None, np.ones(2)), TypeError, "target_lengths has dtype float64"),
    "lengths of 0": ((Y, TARGET, np.array([0, 4])), ValueError, "lengths of shape (2,) runs from 0 to 4"),
}


@pytest.mark.parametrize(("arguments", "error", "message"), BAD.values(), ids=BAD)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        ctc_loss(*arguments)


LOG_P = np.full((4, 3), -np.log(3.0))
READERS = {
    "alignments": lambda log_p, **more: alignments(log_p, [1], **more),
    "best_path": best_path,
    "beam_search": lambda log_p, **more: beam_search(log_p, 4, **more),
}
reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


@reader
@pytest.mark.parametrize(
    ("log_p", "error", "message"),
    [
        (LOG_P[:, None], ValueError, "log_p has shape (4, 1, 3), expected (T, K)"),
        (LOG_P[:0], ValueError, "log_p has shape (0, 3), which is empty"),
        (LOG_P.tolist(), TypeError, "log_p is a list"),
        (LOG_P.astype(int), TypeError, "log_p of shape (4, 3) has dtype int64"),
        (np.where(np.eye(4, 3), np.nan, LOG_P), ValueError, "log_p of shape (4, 3) is NaN at index (0, 0)"),
    ],
)
def test_what_is_no_probability_of_classes_is_not_read(read, log_p, error, message):
    with pytest.raises(error, match=re.escape(message)):
        read(log_p)


@pytest.mark.parametrize("name", ["alignments", "beam_search"])
def test_scores_are_not_taken_for_logarithms_of_probabilities(name):
    with pytest.raises(ValueError, match=r"log_p holds 2, expected logarithms of probabilities: pass log_softmax"):
        READERS[name](LOG_P - LOG_P + 2.0)


def test_a_blank_that_is_no_class_is_refused():
    with pytest.raises(ValueError, match="blank is 3, expected one of the classes 0 to 2"):
        ctc_loss(Y, TARGET, blank=3)
    for read in READERS.values():
        for blank, said in ((3, "blank is 3, expected one of"), (-1, "blank is -1"), (1.0, "blank is 1.0")):
            with pytest.raises((TypeError, ValueError), match=said):
                read(LOG_P, blank=blank)


@pytest.mark.parametrize(
    ("labels", "error", "said"),
    [
        ([1.5], TypeError, r"\[0\] is 1.5, expected an integer"),
        ([1, -1], ValueError, r"\[1\] is -1"),
        ("ab", TypeError, "is a str, expected a row of integers"),
        (np.ones((2, 2), int), ValueError, r"has shape \(2, 2\)"),
    ],
)
def test_what_is_no_labelling_is_refused(labels, error, said):
    for call in (collapse, ctc.shortest, lambda row: edit_distance(row, [1]), lambda row: alignments(LOG_P, row)):
        with pytest.raises(error, match=said):
            call(labels)
    for row in ([3], [0]):
        with pytest.raises(ValueError, match="expected classes from 0 to 2 but 0"):
            alignments(LOG_P, row)
    assert type(edit_distance(np.array([1, 2]), np.array([2]))) is int
    with pytest.raises(TypeError, match="y of shape"):
        ctc.log_softmax(np.ones(3, int))
