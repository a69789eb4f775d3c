"""The benchmark of length: every side does what it says; the stored ratios are complete. Nothing here is timed."""

import numpy as np
import pytest

from lstmlib.bench.length import (
    AT_ONCE,
    NEXT,
    NUMPY,
    ONCE,
    TOKEN,
    TORCH,
    WHOLE,
    crossing,
    once_runs,
    stored,
    token_runs,
    torch_runs,
    whole_runs,
)


def test_a_token_is_the_last_of_the_sequence_whether_steps_were_kept_or_are_read_again():
    runs = token_runs(9)
    assert set(runs) == {"LSTM", "attention, kept", "attention, read again"}
    whole = runs["attention, read again"]()[0]
    for _ in range(2):  # timed more than once, it is the same token again
        np.testing.assert_allclose(runs["attention, kept"](), whole[-1:], rtol=1e-4, atol=1e-5)
    assert "attention, read again" not in token_runs(9, again=8)


def test_a_step_at_a_time_ends_where_all_at_once_does():
    runs = once_runs(6)
    (h, _), (y, _, _) = runs["LSTM, a step at a time"](), runs["LSTM"]()
    np.testing.assert_allclose(h, y[-1], rtol=1e-4, atol=1e-5)
    steps, (y, _, _) = runs["attention, a step at a time"](), runs["attention"]()
    np.testing.assert_allclose(np.concatenate(steps), y, rtol=1e-4, atol=1e-5)


def test_whole_runs_are_forward_and_backward():
    pytest.importorskip("torch")
    for run in whole_runs(5).values():
        dx, _, grads = run()
        assert dx.shape[0] == 5
        assert grads
    for run in torch_runs(5).values():
        run()


def test_the_crossing_lies_where_the_ratio_passes_one():
    assert crossing([10, 100], [0.5, 2.0]) == pytest.approx(1000**0.5)
    assert crossing([10, 100], [2.0, 4.0]) is None
    assert crossing([10, 20, 40], [0.9, 0.95, 1.0]) == pytest.approx(40.0)


def test_what_is_stored_has_every_comparison():
    rows = stored()
    found = {(row.section, row.shape["T"], row.what) for row in rows}
    assert len(found) == len(rows)
    for T in WHOLE:
        assert {(section, T, what) for section in (NUMPY, TORCH) for what in ("attention", "block")} <= found
    for T in TOKEN:
        assert (NEXT, T, "attention, kept") in found
    for T in ONCE:
        assert {(AT_ONCE, T, "LSTM"), (AT_ONCE, T, "attention")} <= found
    assert all(row.ratio > 0.0 and row.low <= row.ratio <= row.high for row in rows)
