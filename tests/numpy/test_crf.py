"""The conditional random field: against all labellings one by one, its gradient by differences, what is refused."""

import itertools

import numpy as np
import pytest

from lstmlib.numpy.crf import chain_loss, chain_score, log_partition, marginals, viterbi

T, N, K = 4, 3, 3
LENGTHS = np.array([4, 1, 3])


@pytest.fixture
def scores(rng):
    return 2.0 * rng.standard_normal((T, N, K)), 2.0 * rng.standard_normal((K + 1, K + 1))


def every(y, A, n, length):
    """Yield each labelling of one sequence with its score, added up in the plainest way."""
    for z in itertools.product(range(K), repeat=length):
        score = A[K, z[0]] + A[z[-1], K] + sum(y[t, n, z[t]] for t in range(length))
        yield z, score + sum(A[a, b] for a, b in itertools.pairwise(z))


def test_against_all_labellings(scores):
    y, A = scores
    log_z, p, (best, top) = (f(y, A, LENGTHS) for f in (log_partition, marginals, viterbi))
    for n, length in enumerate(LENGTHS):
        found = list(every(y, A, n, length))
        total = np.logaddexp.reduce([s for _, s in found])
        assert log_z[n] == pytest.approx(total, abs=1e-12)
        likeliest, score = max(found, key=lambda pair: pair[1])
        assert tuple(best[:length, n]) == likeliest
        assert top[n] == pytest.approx(score, abs=1e-12)
        by_label = np.zeros((T, K))
        for z, s in found:
            by_label[np.arange(length), z] += np.exp(s - total)
        np.testing.assert_allclose(p[:, n], by_label, atol=1e-12)
        padded = np.array([*likeliest, *[0] * (T - length)])
        labels = np.repeat(padded[:, None], N, 1)
        assert chain_score(y, A, labels, np.minimum(LENGTHS, length))[n] == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_gradients(scores, lengths, rng):
    y, A = scores
    target = rng.integers(K, size=(T, N))
    _, dy, dA = chain_loss(y, A, target, lengths)
    for array, gradient in ((y, dy), (A, dA)):
        numeric = np.empty_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + 1e-6
            above = chain_loss(y, A, target, lengths)[0]
            array[index] = kept - 1e-6
            numeric[index] = (above - chain_loss(y, A, target, lengths)[0]) / 2e-6
            array[index] = kept
        np.testing.assert_allclose(gradient, numeric, atol=1e-9)


def test_padding_does_not_count(scores, rng):
    y, A = scores
    target = rng.integers(K, size=(T, N))
    before = chain_loss(y, A, target, LENGTHS)
    outside = np.arange(T)[:, None] >= LENGTHS
    y[outside], target[outside] = 1e6, -7
    after = chain_loss(y, A, target, LENGTHS)
    assert before[0] == after[0]
    assert all((a == b).all() for a, b in zip(before[1:], after[1:], strict=True))
    assert not after[1][outside].any()
    assert not viterbi(y, A, LENGTHS)[0][outside].any()


def test_without_transitions_it_is_a_softmax_a_step(scores):
    y, _ = scores
    p = np.exp(y) / np.exp(y).sum(2, keepdims=True)
    np.testing.assert_allclose(marginals(y, np.zeros((K + 1, K + 1))), p, atol=1e-12)
    assert (viterbi(y, np.zeros((K + 1, K + 1)))[0] == y.argmax(2)).all()


def test_large_scores_and_forbidden_neighbours(scores):
    y, A = scores
    A[0, 1] = -1e4
    best, _ = viterbi(1000.0 * y, A)
    pairs = {(int(a), int(b)) for n in range(N) for a, b in itertools.pairwise(best[:, n])}
    assert (0, 1) not in pairs
    assert np.isfinite(log_partition(1000.0 * y, A)).all()
    assert np.isfinite(chain_loss(1000.0 * y, A, np.zeros((T, N), int))[1]).all()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": np.zeros((T, K))}, ValueError, "y has shape"),
        ({"y": np.full((T, N, K), np.nan)}, ValueError, "NaN or infinity"),
        ({"transitions": np.zeros((K, K))}, ValueError, "transitions has shape"),
        ({"target": np.full((T, N), K)}, ValueError, "target runs from 0 to 3"),
        ({"target": np.zeros((T, N))}, TypeError, "dtype float64"),
        ({"target": np.zeros((T, 1), int)}, ValueError, r"target has shape \(4, 1\)"),
        ({"lengths": np.array([0, 1, 2])}, ValueError, "lengths"),
    ],
)
def test_bad_input(scores, change, error, message):
    y, A = scores
    given = {"y": y, "transitions": A, "target": np.zeros((T, N), int), "lengths": LENGTHS} | change
    with pytest.raises(error, match=message):
        chain_loss(**given)
