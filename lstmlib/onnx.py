"""Take a recurrent layer elsewhere: as a model that ONNX Runtime and other programs run, without Python if need be.

::

    import onnx, onnxruntime
    from lstmlib.onnx import export
    onnx.save(export(layer), "layer.onnx")        # a recurrent layer of lstmlib.numpy or lstmlib.torch
    session = onnxruntime.InferenceSession("layer.onnx")
    y, h, c = session.run(None, {"x": x})         # x (T, N, D) and y (T, N, H) as everywhere here, float32

ONNX defines three recurrent operators, LSTM, GRU and RNN (https://onnx.ai/onnx/operators/). They name and order what
they hold otherwise than torch.nn and ``lstmlib`` do; ``nodes`` says how.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array

try:
    import onnx
    from onnx import helper, numpy_helper
except ImportError as error:
    raise ImportError("exporting needs onnx: pip install onnx") from error

OPSET, IR = 22, 10  # the latest change to the three operators; the file format of that time

OPERATORS = {"LSTM": "LSTM", "PeepholeLSTM": "LSTM", "CoupledLSTM": "LSTM", "GRU": "GRU", "RNN": "RNN"}
# Which of our blocks of rows stands at each place of ONNX's: i, o, f, c out of i, f, g, o; z, r, h out of r, z, n.
ORDER = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}
PEEPHOLES = (0, 2, 1)  # i, o, f out of i, f, o
STATES = {"LSTM": ("h", "c"), "GRU": ("h",), "RNN": ("h",)}
ACTIVATIONS = {"tanh": "Tanh", "relu": "Relu", "logistic": "Sigmoid"}


class Node(NamedTuple):
    """One level of a layer in ONNX's terms."""

    operator: str  # LSTM, GRU or RNN
    tensors: dict[
        str, Array
    ]  # W (directions, G H, D), R (directions, G H, H), B (directions, 2 G H), P (directions, 3H)
    attributes: dict[str, Any]  # hidden_size, direction, and what else isn't as ONNX has it by itself


def nodes(layer: Any, dtype: DTypeLike = np.float32) -> list[Node]:
    """Return the operators that compute what a layer does, one a level, the lowest first.

    ONNX stacks an LSTM's rows as i, o, f, c where ``lstmlib`` and torch.nn have i, f, g, o, and a GRU's as z, r, h
    where they have r, z, n; both bias vectors stand behind each other in B. Its ``linear_before_reset`` is the GRU's
    ``reset="after"``. Its ``input_forget`` makes the forget gate of the input gate, f = 1 - i; ``CoupledLSTM`` has
    the forget gate's weights, i = 1 - f, which is the same with their signs turned, as 1 - logistic(z) is
    logistic(-z). What ONNX then doesn't look at, the forget gate's own rows, is 0. Its ``clip`` limits the net inputs
    of gates and candidates; whether what an LSTM's cell holds is limited too before its last tanh, ONNX leaves open:
    ONNX Runtime doesn't, nor do we.

    Args:
        layer: an ``LSTM``, ``PeepholeLSTM``, ``CoupledLSTM``, ``GRU`` or ``RNN``, of either backend and any number of
            layers, or ``Bidirectional``, ``Reversed`` or ``Stack`` of them.
        dtype: of the tensors.

    Raises:
        TypeError: a layer that ONNX has no operator for.
        ValueError: two directions of one level that differ in a setting that ONNX has once for both.
    """
    kind = type(layer).__name__
    if kind == "Stack":
        return [node for part in layer.layers for node in nodes(part, dtype)]
    if kind == "Bidirectional":
        return [_node([layer.forward_layer, layer.backward_layer], 0, "bidirectional", dtype)]
    if kind == "Reversed":
        return [_node([layer.layer], k, "reverse", dtype) for k in range(layer.num_layers)]
    return [_node([layer], k, "forward", dtype) for k in range(getattr(layer, "num_layers", 1))]


def _node(cells: Sequence[Any], level: int, direction: str, dtype: DTypeLike) -> Node:
    """Return one level of a cell, or of the two cells that read in both directions."""
    kind = type(cells[0]).__name__
    if kind not in OPERATORS:
        raise TypeError(f"layer is or holds a {kind}, expected one of {', '.join(OPERATORS)}")
    each = [
        _tensors(kind, {name: _array(value, dtype) for name, value in c.layer_params(level).items()}) for c in cells
    ]
    tensors = {name: np.stack([part[name] for part in each]) for name in each[0]}
    settings = [_attributes(kind, cell) for cell in cells]
    activations = [name for part in settings for name in part.pop("activations", ())]
    if settings[0] != settings[-1]:
        raise ValueError(f"the two directions are set to {settings[0]} and {settings[-1]}, expected the same for both")
    attributes = {"hidden_size": tensors["R"].shape[2], "direction": direction} | settings[0]
    return Node(OPERATORS[kind], tensors, attributes | ({"activations": activations} if activations else {}))


def _tensors(kind: str, p: dict[str, Array]) -> dict[str, Array]:
    """Return a cell's parameters as ONNX orders them."""

    def rows(array: Array) -> Array:
        if kind == "CoupledLSTM":
            f, g, o = np.split(array, 3)
            return np.concatenate([-f, o, np.zeros_like(f), g])
        order = ORDER[OPERATORS[kind]]
        blocks = np.split(array, len(order))
        return np.concatenate([blocks[k] for k in order])

    def peepholes(array: Array) -> Array:
        if kind == "CoupledLSTM":
            f, o = np.split(array, 2)
            return np.concatenate([-f, o, np.zeros_like(f)])
        blocks = np.split(array, 3)
        return np.concatenate([blocks[k] for k in PEEPHOLES])

    found = {"W": rows(p["weight_ih"]), "R": rows(p["weight_hh"])}
    found["B"] = np.concatenate([rows(p["bias_ih"]), rows(p["bias_hh"])])
    if "weight_ch" in p:
        found["P"] = peepholes(p["weight_ch"])
    return found


def _attributes(kind: str, cell: Any) -> dict[str, Any]:
    """Return those of a cell's settings that the operator must be told."""
    found: dict[str, Any] = {} if cell.clip is None else {"clip": cell.clip}
    if kind == "CoupledLSTM":
        found["input_forget"] = 1
    if kind == "GRU":
        found["linear_before_reset"] = int(cell.reset == "after")
    if kind == "RNN":
        found["activations"] = [ACTIVATIONS[cell.nonlinearity]]
    return found


def _array(value: Any, dtype: DTypeLike) -> Array:
    """Return a parameter of either backend."""
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value).astype(dtype)


def export(layer: Any, *, lengths: bool = False, state: bool = False, dtype: DTypeLike = np.float32) -> Any:
    """Return a layer as an ONNX model, whose inputs and outputs are shaped as the layer's own.

    Inputs: "x" (T, N, D); if asked for, "lengths" (N,) of int32, and the state before the first step, "h_0" and, for an
    LSTM, "c_0". Outputs: "y" (T, N, H), and the last state, "h_n" and "c_n".

    Args:
        layer: what ``nodes`` takes.
        lengths: whether sequences have lengths; all T steps if not.
        state: whether the model is given the state before the first step; zeros if not.
        dtype: of all numbers. ONNX Runtime computes these operators on a CPU in float32 alone.

    Returns:
        an ``onnx.ModelProto``, for ``onnx.save`` or ``.SerializeToString()``.

    Raises:
        TypeError, ValueError: as ``nodes``.
    """
    levels = nodes(layer, dtype)
    names = STATES[levels[0].operator]
    directions = [len(level.tensors["W"]) for level in levels]
    one = sum(directions) == 1  # then states are (N, H), without a dimension for levels and directions
    tensors: dict[str, Array] = {"flat": np.array([0, 0, -1]), "first": np.array([0]), "rows": np.array(directions)}
    steps = []
    if state:
        for name in names:
            parts = [f"{name}_0.{k}" for k in range(len(levels))]
            how = ("Unsqueeze", "first") if one else ("Split", "rows")
            steps.append(helper.make_node(how[0], [f"{name}_0", how[1]], parts))
    x = "x"
    for k, (operator, weights, attributes) in enumerate(levels):
        tensors |= {f"{name}.{k}": value for name, value in weights.items()}
        given = [x, f"W.{k}", f"R.{k}", f"B.{k}", "lengths" if lengths else ""]
        given += [f"{name}_0.{k}" if state else "" for name in names]
        given += [f"P.{k}"] if "P" in weights else []
        out = [f"Y.{k}", *(f"{name}_n.{k}" for name in names)]
        steps.append(helper.make_node(operator, given, out, **attributes))
        # (T, directions, N, H) to (T, N, directions H)
        x = "y" if k == len(levels) - 1 else f"x.{k + 1}"
        steps.append(helper.make_node("Transpose", [f"Y.{k}"], [f"Y.{k} turned"], perm=[0, 2, 1, 3]))
        steps.append(helper.make_node("Reshape", [f"Y.{k} turned", "flat"], [x]))
    for name in names:
        parts = [f"{name}_n.{k}" for k in range(len(levels))]
        if one:
            steps.append(helper.make_node("Squeeze", [*parts, "first"], [f"{name}_n"]))
        else:
            steps.append(helper.make_node("Concat", parts, [f"{name}_n"], axis=0))
    return _model(steps, tensors, levels, lengths, state, one)


def _model(
    steps: list[Any], tensors: dict[str, Array], levels: list[Node], lengths: bool, state: bool, one: bool
) -> Any:
    """Return the model of these steps, with the shapes of what comes in and goes out."""
    number = helper.np_dtype_to_tensor_dtype(levels[0].tensors["W"].dtype)
    D, H = levels[0].tensors["W"].shape[2], levels[-1].tensors["R"].shape[2]
    rows = sum(len(level.tensors["W"]) for level in levels)
    names = STATES[levels[0].operator]

    def value(name: str, *shape: int | str) -> Any:
        return helper.make_tensor_value_info(name, onnx.TensorProto.INT32 if name == "lengths" else number, shape)

    parts = ("N", H) if one else (rows, "N", H)
    inputs = [value("x", "T", "N", D)]
    inputs += [value("lengths", "N")] if lengths else []
    inputs += [value(f"{name}_0", *parts) for name in names] if state else []
    outputs = [value("y", "T", "N", len(levels[-1].tensors["W"]) * H), *(value(f"{name}_n", *parts) for name in names)]
    used = {name for step in steps for name in step.input}
    held = [numpy_helper.from_array(array, name) for name, array in tensors.items() if name in used]
    graph = helper.make_graph(steps, "lstmlib", inputs, outputs, held)
    model = helper.make_model(
        graph, producer_name="lstmlib", ir_version=IR, opset_imports=[helper.make_opsetid("", OPSET)]
    )
    onnx.checker.check_model(model, full_check=True)
    return model
