"""A layer's operator run by others, and the one comparison that every test here goes through."""

from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from parity import copy_params

import lstmlib.torch as lt
from lstmlib.numpy.gradients import state_arrays
from lstmlib.onnx import IR, OPSET, Node

SETTINGS = ("reset", "nonlinearity", "peephole", "clip")
SINGLE = 1e-5  # how far float32 may be off, relative to the largest number there is, or to 1
ORDER = ("x", "W", "R", "B", "lengths", "h", "c", "P")  # the operators' inputs, by our names


class Case(NamedTuple):
    """What a layer is given."""

    x: np.ndarray  # (T, N, D)
    lengths: np.ndarray | None  # (N,)
    state: Any  # as the layer takes it; zeros if None


class Answer(NamedTuple):
    """What comes out, in ONNX's shapes."""

    Y: np.ndarray  # (T, directions, N, H)
    states: list[np.ndarray]  # each (directions, N, H)


def ours(layer: Any, case: Case) -> Answer:
    """Return what a layer of either backend computes."""
    if isinstance(layer, torch.nn.Module):
        state = [torch.as_tensor(part) for part in state_arrays(case.state)]
        lengths = None if case.lengths is None else torch.as_tensor(case.lengths)
        with torch.no_grad():
            y, last = layer(torch.as_tensor(case.x), joined(state), lengths)
        y, last = y.numpy(), [part.numpy() for part in state_arrays(last)]
    else:
        y, last, _ = layer.forward(case.x, case.state, case.lengths)
        last = state_arrays(last)
    T, N, width = y.shape
    directions = 2 if last[0].ndim == 3 else 1
    Y = y.reshape(T, N, directions, width // directions).transpose(0, 2, 1, 3)
    return Answer(Y, [part.reshape(directions, N, -1) for part in last])


def theirs(node: Node, case: Case, engine: str = "runtime", layout: int = 0) -> Answer:
    """Return what ONNX Runtime ("runtime") or ONNX's own evaluator in NumPy ("reference") computes."""
    given = {"x": case.x, "lengths": case.lengths, **dict(zip("hc", state_arrays(case.state), strict=False))}
    given = {name: value for name, value in given.items() if value is not None}
    for name in given.keys() & {"h", "c"}:
        given[name] = given[name].reshape(-1, *given[name].shape[-2:])  # (directions, N, H)
        if name == "c" and not given[name].any():
            del given[name]  # which is what an operator takes for granted
    if layout == 1:
        given = {name: value if name == "lengths" else value.swapaxes(0, 1) for name, value in given.items()}
    model = one_operator(node, given, layout)
    if engine == "runtime":
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what it refuses, it says in its exception too
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        Y, *states = session.run(None, given)
    else:
        Y, *states = ReferenceEvaluator(model).run(None, given)
    if layout == 1:  # (N, T, directions, H), (N, directions, H)
        return Answer(Y.transpose(1, 2, 0, 3), [part.swapaxes(0, 1) for part in states])
    return Answer(Y, list(states))


def one_operator(node: Node, given: dict[str, np.ndarray], layout: int) -> onnx.ModelProto:
    """Return a model of this operator alone, which leaves out what it can: biases of 0, and inputs not given."""
    tensors = {name: value for name, value in node.tensors.items() if name != "B" or value.any()}
    there = given.keys() | tensors.keys()
    names = [name if name in there else "" for name in ORDER if name not in ("c", "P") or node.operator == "LSTM"]
    outputs = ["Y", "Y_h", "Y_c"] if node.operator == "LSTM" else ["Y", "Y_h"]
    attributes = node.attributes | ({"layout": 1} if layout else {})

    def info(name: str, dtype: Any, rank: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), [None] * rank)

    dtype = given["x"].dtype
    graph = helper.make_graph(
        [helper.make_node(node.operator, names, outputs, **attributes)],
        "one operator",
        [info(name, value.dtype, value.ndim) for name, value in given.items()],
        [info(name, dtype, 4 if name == "Y" else 3) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()],
    )
    model = helper.make_model(graph, ir_version=IR, opset_imports=[helper.make_opsetid("", OPSET)])
    onnx.checker.check_model(model)
    return model


def compare(have: Answer, want: Answer, tolerance: float = SINGLE) -> float:
    """Assert that outputs and last states are the same, and return the largest difference."""
    assert len(have.states) == len(want.states)
    names = ("Y", *(f"last {name}" for name in "hc"[: len(want.states)]))
    largest = 0.0
    for name, a, b in zip(names, [have.Y, *have.states], [want.Y, *want.states], strict=True):
        assert a.shape == b.shape, f"{name} has shape {a.shape}, expected {b.shape}"
        difference = float(np.abs(a - b).max() / max(1.0, np.abs(b).max()))
        assert difference <= tolerance, f"{name} differs by {difference:.3g}"
        largest = max(largest, difference)
    return largest


def twin(layer: Any) -> torch.nn.Module:
    """Return the same layer, with the same parameters and settings, in torch."""
    kind = type(layer).__name__
    if kind == "Bidirectional":
        return lt.Bidirectional(twin(layer.forward_layer), twin(layer.backward_layer))
    if kind == "Reversed":
        return lt.Reversed(twin(layer.layer))
    if kind == "Stack":
        return lt.Stack(*(twin(part) for part in layer.layers))
    settings = {name: getattr(layer, name) for name in SETTINGS if hasattr(layer, name)}
    dtype = torch.from_numpy(layer.params["weight_ih_l0"]).dtype
    made = getattr(lt, kind)(layer.input_size, layer.hidden_size, num_layers=layer.num_layers, dtype=dtype, **settings)
    copy_params(layer, made)
    return made


def joined(parts: list[Any]) -> Any:
    """Return a state as layers take it: ``None``, one array, or a tuple."""
    return None if not parts else parts[0] if len(parts) == 1 else tuple(parts)
