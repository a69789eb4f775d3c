"""The comparison with other engines: both sides do the same work, and what follows from the times does; none counts."""

import numpy as np
import pytest

from lstmlib.bench.others import BOUND, FASTEST, beside_runtime, bound_of_the_lead, forward_runs


def test_all_engines_compute_the_same():
    pytest.importorskip("onnxruntime")
    outputs = [np.asarray(run()) for run in forward_runs(7, 3, 5).values()]
    assert len(outputs) == 3
    for output in outputs:
        assert output.shape == (7, 3, 5)
        np.testing.assert_allclose(output, outputs[0], atol=1e-6)


def test_every_engine_is_compared_with_onnx_runtime_twice():
    pytest.importorskip("onnxruntime")
    rows = beside_runtime((4, 2, 3), 2)
    assert [(row.what, row.than) for row in rows] == [
        (f"{name}{end}", "ONNX Runtime")
        for name in ("lstmlib.numpy.LSTM", "torch.nn.LSTM")
        for end in ("", f", {FASTEST}")
    ]
    assert {tuple(row.shape.values()) for row in rows} == {(4, 2, 3, 3)}


def test_the_bound_follows_from_its_parts():
    pytest.importorskip("autograd")
    rows = bound_of_the_lead((5, 4, 3, 8), 2)
    assert {row.section for row in rows} == {BOUND}
    lead, bound, share = (row for row in rows if FASTEST in row.what)
    assert lead.ratio == pytest.approx(bound.ratio * share.ratio, rel=1e-9)  # of the same three times
