"""What holds for every task: sizes are checked, NaN is never right, nothing is broadcast, padding is ignored."""

import inspect
import re

import numpy as np
import pytest

from lstmlib import tasks
from lstmlib.tasks import agreement as sentences
from lstmlib.tasks.embedded_reber import allowed_next

IMAGES = np.random.default_rng(3).uniform(size=(3, 4, 4))
# Task -> how to draw a batch, the rule, and the outputs of a net that is right.


def classes(batch, width):
    return 8.0 * np.eye(width)[np.where(batch.mask, batch.target, 0)] - 4.0


def units(batch, width):
    return np.eye(width)[np.where(batch.mask, batch.target, 0)]


def reber(batch):
    return allowed_next(batch) + 0.0


CASES = {
    "adding": (lambda N, rng: tasks.adding(30, N, rng), tasks.adding_solved, lambda b: b.target),
    "multiplication": (
        lambda N, rng: tasks.multiplication(30, N, rng),
        tasks.multiplication_solved,
        lambda b: b.target,
    ),
    "copy": (lambda N, rng: tasks.copy(3, N, rng), tasks.copy_solved, lambda b: classes(b, 10)),
    "counting": (lambda N, rng: tasks.counting(1, 5, N, rng), tasks.counting_solved, lambda b: classes(b, 3)),
    "embedded_reber": (lambda N, rng: tasks.embedded_reber(N, rng), tasks.embedded_reber_solved, reber),
    "continual_embedded_reber": (
        lambda N, rng: tasks.continual_embedded_reber(20, N, rng),
        tasks.embedded_reber_solved,
        reber,
    ),
    "keep_first": (lambda N, rng: tasks.keep_first(6, N, rng), tasks.keep_first_solved, lambda b: b.target),
    "long_lag": (lambda N, rng: tasks.long_lag(5, N, rng), tasks.long_lag_solved, lambda b: units(b, 6)),
    "long_lag end": (
        lambda N, rng: tasks.long_lag(5, N, rng, random_between=True),
        tasks.long_lag_end_solved,
        lambda b: units(b, 6),
    ),
    "triggered_recall": (
        lambda N, rng: tasks.triggered_recall(3, 4, N, rng),
        tasks.triggered_recall_solved,
        lambda b: units(b, 2),
    ),
    "moving_digits": (
        lambda N, rng: tasks.moving_digits(IMAGES, 4, N, rng, size=8),
        tasks.moving_digits_solved,
        lambda b: b.target,
    ),
    "parity": (lambda N, rng: tasks.parity(6, N, rng), tasks.parity_solved, lambda b: classes(b, 2)),
    "spike_after": (
        lambda N, rng: tasks.spike_after(4, N, rng),
        tasks.spike_after_solved,
        lambda b: 2.0 * b.target - 1.0,
    ),
    "spike_gap": (lambda N, rng: tasks.spike_gap(4, N, rng), tasks.spike_gap_solved, lambda b: 2.0 * b.target - 1.0),
    "temporal_order": (
        lambda N, rng: tasks.temporal_order(2, N, rng),
        tasks.temporal_order_solved,
        lambda b: units(b, 4),
    ),
    "two_sequence": (lambda N, rng: tasks.two_sequence(20, N, rng), tasks.two_sequence_solved, lambda b: b.target),
    "two_sequence noisy": (
        lambda N, rng: tasks.two_sequence(20, N, rng, noisy_targets=True),
        tasks.noisy_targets_solved,
        lambda b: np.where(b.mask, np.where(b.x[0, :, 0] > 0, 0.2, 0.8), 0.0)[..., None],
    ),
    "agreement": (
        lambda N, rng: sentences.agreement(1, N, rng),
        sentences.agreement_solved,
        lambda s: classes(s.batch, 26),
    ),
}
every = pytest.mark.parametrize(("draw", "solved", "right"), CASES.values(), ids=CASES)
DRAWS = {name: found for name in tasks.__all__ if callable(found := getattr(tasks, name)) and name.islower()}


def batch_of(drawn):
    return getattr(drawn, "batch", drawn)


def test_every_task_and_every_rule_is_here():
    assert {name.split()[0] for name in CASES} == {n for n in DRAWS if not n.endswith("_solved")} | {"agreement"}
    assert {rule for _, rule, _ in CASES.values()} >= {f for n, f in DRAWS.items() if n.endswith("_solved")}


@every
def test_right_answers_are_right_and_wrong_ones_are_not(draw, solved, right, rng):
    drawn = draw(7, rng)
    y = right(drawn)
    assert solved(y, drawn).dtype == bool
    assert solved(y, drawn).shape == (7,)
    assert solved(y, drawn).all()
    assert solved(y.astype(np.float32), drawn).all()
    assert not solved(-4.0 * y - 0.3, drawn).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@every
def test_what_is_not_finite_is_never_right(draw, solved, right, value, rng):
    drawn = draw(50, rng)
    y = right(drawn)
    with np.errstate(all="ignore"):
        assert not solved(np.full_like(y, value), drawn).any()
        some = y.copy()
        some[:, ::2] = value
        assert not solved(some, drawn)[::2].any()
        assert solved(some, drawn)[1::2].all()
        if np.isnan(value):
            # NaN in one output of many, at the step that says most: nothing that it takes part in is right.
            some = y.copy()
            batch = batch_of(drawn)
            some[batch.lengths - 1, np.arange(50), 0] = value
            ruled = solved(some, drawn)
            assert not ruled.any() or solved in (tasks.spike_gap_solved, sentences.agreement_solved)


@every
def test_what_doesn_t_count_may_hold_anything(draw, solved, right, rng):
    drawn = draw(20, rng)
    batch, y = batch_of(drawn), right(drawn)
    past = np.arange(len(batch.x))[:, None] >= batch.lengths
    for value in (np.nan, np.inf, -1e300):
        with np.errstate(all="ignore"):
            changed = y.copy()
            changed[past] = value
            assert solved(changed, drawn).all()


@every
def test_outputs_of_another_shape_are_refused_and_nothing_is_broadcast(draw, solved, right, rng):
    drawn = draw(7, rng)
    y = right(drawn)
    wrong = [y[0], y[None], y[:1], y[:-1], y[:, :1], y[..., :0], np.repeat(y, 2, -1), np.repeat(y, 2, 0)]
    wrong += [np.repeat(y, 2, 1), np.concatenate([y, y[:1]]), np.zeros(()), np.zeros((1,) * y.ndim)]
    for bad in wrong:
        if bad.shape[-1:] == (8,) and solved is tasks.temporal_order_solved:
            continue  # that is a net for three signals
        with pytest.raises(ValueError, match="y has shape"):
            solved(bad, drawn)
    for bad in (y.tolist(), None, np.ma.array(y), y.astype(int), y.astype(np.float16)):
        with pytest.raises(TypeError, match=r"y (is|of shape)"):
            solved(bad, drawn)
    for bad in ((batch_of(drawn).x, y), None, y):
        with pytest.raises(TypeError, match=r"batch is .* without .*, expected|expected the Sentences"):
            solved(y, bad)


@every
def test_batches_hold_together(draw, solved, right, rng):
    batch = batch_of(draw(7, rng))
    T, N = batch.x.shape[:2]
    assert N == 7
    assert batch.mask.shape == batch.target.shape[:2] == (T, N)
    assert batch.mask.dtype == bool
    assert batch.mask.any(0).all()  # a sequence of which nothing counts would always be right
    assert batch.lengths.max() == T
    assert np.isfinite(batch.x).all()
    assert not batch.mask[np.arange(T)[:, None] >= batch.lengths].any()


@pytest.mark.parametrize("seed", [0, None, "0", np.random.RandomState(0), np.random], ids=lambda v: type(v).__name__)
@every
def test_a_seed_is_no_generator(draw, solved, right, seed):
    with pytest.raises(TypeError, match=r"rng is .*, expected a numpy\.random\.Generator: numpy\.random\.default_rng"):
        draw(7, seed)


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", None, True, [7] * 10**5, np.ones(7)], ids=lambda v: str(v)[:9])
@every
def test_the_number_of_sequences_is_checked(draw, solved, right, value, rng):
    with pytest.raises((TypeError, ValueError), match=r"batch_size is .*, expected") as caught:
        draw(value, rng)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", [n for n in DRAWS if not n.endswith("_solved")])
def test_every_size_and_flag_is_checked(name, rng):
    function = DRAWS[name]
    parameters = inspect.signature(function).parameters
    good = {key: 30 for key, p in parameters.items() if p.default is p.empty} | {"rng": rng}
    good |= {"images": IMAGES} if "images" in parameters else {}
    good |= {"num_signals": 2} if "num_signals" in parameters else {}
    function(**good)
    for key, parameter in parameters.items():
        if isinstance(parameter.default, bool):
            bad = [2, -1, 0.0, None, "no", np.ones(2)]
        elif key in ("rng", "images", "first_pair"):
            continue
        else:
            bad = [-1, 2.5, "3", None, True, np.ones(2)]
        for value in bad:
            with pytest.raises((TypeError, ValueError), match=re.escape(f"{key} is ")):
                function(**{**good, key: value})
