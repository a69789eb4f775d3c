"""The next chord: what is seen, at which kinds of step it is judged, and what needs no net to predict it."""

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lstmlib.data.chorales import KEYS, Score  # noqa: E402
from lstmlib.studies.at_work.music import simple, task  # noqa: E402


def score(*chords, pauses=()):
    """Return a chorale of these chords, lists of keys from 0, with fermatas at these steps."""
    roll = np.zeros((len(chords), KEYS), np.uint8)
    for t, chord in enumerate(chords):
        roll[t, list(chord)] = 1
    return Score(roll, np.isin(np.arange(len(chords)), pauses))


C, F, G = (39, 43, 46), (39, 44, 48), (38, 41, 46)


def test_a_step_sees_the_chords_before_it():
    piece = score(C, F, G)
    before = task.seen(piece.roll, 2)
    assert before.shape == (3, 2, KEYS)
    assert not before[0].any()
    np.testing.assert_array_equal(before[1], [np.zeros(KEYS), piece.roll[0]])
    np.testing.assert_array_equal(before[2], piece.roll[:2])


def test_every_step_is_of_one_kind():
    piece = score(C, C, F, G, G, C, pauses=(3, 4))
    assert list(task.groups(piece)) == ["opens", "stays", "moves", "arrives", "stays", "begins"]


def test_moving_keeps_intervals_and_stays_on_the_piano():
    piece = score(C, F)
    up = task.shifted(piece.roll, 3)
    np.testing.assert_array_equal(np.flatnonzero(up[0]), np.array(C) + 3)
    np.testing.assert_array_equal(task.shifted(up, -3), piece.roll)
    for by in (KEYS - 40, -40):
        with pytest.raises(ValueError, match="leaves the piano's 88 keys"):
            task.shifted(piece.roll, by)


def test_frequencies_and_the_chord_that_stays():
    learn = [score(*[C] * 9, F)]
    judged = score(C, C)
    every = simple.frequencies(learn, [judged])[0]
    p = (learn[0].roll.sum(0) + 0.5) / 11.0
    said = np.prod(np.where(judged.roll[0], p, 1.0 - p))
    np.testing.assert_allclose(every, -np.log(said), rtol=1e-12)
    first, second = simple.stays(learn, [judged])[0]
    assert second < first  # C after C was seen eight times, C after silence once
    assert simple.stays(learn, [score(C, F)])[0][1] > second


def in_total(model, before):
    """Return how much probability a regression gives all chords of the three lowest keys, after some chords."""
    chords = [keys for n in range(4) for keys in itertools.combinations(range(3), n)]
    return sum(np.exp(-model.nats(score(*before, chord))[-1]) for chord in chords)


@pytest.mark.parametrize("in_turn", [False, True])
def test_a_regression_is_a_distribution_over_chords(in_turn):
    rng = np.random.default_rng(0)
    learn = [score(*(np.flatnonzero(rng.random(3) < 0.5) for _ in range(30))) for _ in range(4)]
    strong, weak = simple.regressions(learn, 2, in_turn=in_turn, strengths=(1.0, 1e-3))
    for model in (strong, weak):
        # The other 85 keys were never heard: each has a probability of its own, which the sum leaves out.
        silent = (1.0 - model.rare) ** (KEYS - 3)
        assert in_total(model, [(0,), (1, 2)]) == pytest.approx(silent, rel=1e-5)
        assert (model.below is not None) == in_turn
    assert np.abs(strong.weight).max() < np.abs(weak.weight).max()
    assert sum(weak.nats(piece).sum() for piece in learn) < sum(strong.nats(piece).sum() for piece in learn)


def test_keys_in_turn_know_that_two_go_together():
    learn = [score(*([(0, 1), ()] * 20), *([()] * 10), *([(0, 1)] * 10))]
    apart, turn = (simple.regressions(learn, 1, in_turn=way, strengths=(1e-4,))[0] for way in (False, True))
    assert turn.below[1, 0] > 0.0
    assert not np.triu(turn.below).any()
    assert turn.nats(learn[0]).mean() < apart.nats(learn[0]).mean() - 0.1


def test_counts_mix_with_what_lies_below():
    learn = [score(C, F, C, F, C, G)]
    model = simple.Counted(learn, 1, 2.0)
    below = np.log([10.0, 10.0, 10.0])
    p = np.exp(-model.nats(score(C, F, C), below))
    # After C came F twice and G once: two kinds, so a weight of 2 counts 2 · 2 times.
    assert p[1] == pytest.approx((2 + 4 * 0.1) / (3 + 4))
    # Nothing but C came after F.
    assert p[2] == pytest.approx((2 + 2 * 0.1) / (2 + 2))
    assert p[0] == pytest.approx((1 + 2 * 0.1) / (1 + 2))  # a chorale begins with C
    unknown = np.exp(-model.nats(score(G, G), np.log([10.0, 10.0])))
    assert unknown[1] == pytest.approx(0.1)  # what came after G isn't known


def test_counts_in_any_key_know_what_is_moved():
    learn, moved = [score(C, F, C)], Score(task.shifted(score(C, F, C).roll, 2), np.zeros(3, bool))
    below = np.full(3, np.log(10.0))
    own, any_key = (simple.Counted([], 1, 1.0, simple.counts(learn, shifts)) for shifts in ((0,), task.SHIFTS))
    np.testing.assert_allclose(own.nats(moved, below)[1:], below[1:])
    assert (any_key.nats(moved, below)[1:] < below[1:] - 1.0).all()
