"""Run the same layer in both backends and compare everything that comes out."""

from typing import Any

import numpy as np
import torch

from lstmlib.numpy.gradients import state_arrays

TOLERANCE = 1e-12


def close(name: str, have: Any, want: Any, tolerance: float = TOLERANCE) -> None:
    """Assert that two arrays are equal, relative to the largest entry of what is wanted."""
    have, want = (a.detach().cpu().numpy() if isinstance(a, torch.Tensor) else a for a in (have, want))
    assert have.shape == want.shape, f"{name}: {have.shape} and {want.shape}"
    difference = np.abs(have - want).max() if have.size else 0.0
    assert difference <= tolerance * max(1.0, np.abs(want).max()), f"{name} differs by {difference:.3g}"


def copy_params(numpy_layer: Any, torch_layer: torch.nn.Module) -> None:
    """Load the NumPy layer's parameters: the names must be the same, neither more nor fewer."""
    like = next(torch_layer.parameters())
    torch_layer.load_state_dict(
        {name: torch.as_tensor(value, dtype=like.dtype) for name, value in numpy_layer.params.items()}, strict=True
    )


def tensors(state: Any, like: torch.Tensor) -> Any:
    """Return a NumPy state as leaves that want a gradient."""
    if state is None:
        return None
    if isinstance(state, tuple):
        return tuple(tensors(part, like) for part in state)
    return torch.tensor(state, dtype=like.dtype, device=like.device, requires_grad=True)


def compare(
    numpy_layer: Any,
    torch_layer: torch.nn.Module,
    x: np.ndarray,
    state: Any,
    rng: np.random.Generator,
    tolerance: float = TOLERANCE,
    **arguments: Any,
) -> None:
    """Assert that output, last state, and the gradients for input, initial state and parameters are the same."""
    y, last, cache = numpy_layer.forward(x, state, **arguments)
    dy = rng.standard_normal(y.shape).astype(y.dtype)
    dlast = [rng.standard_normal(part.shape).astype(y.dtype) for part in state_arrays(last)]
    dstate: Any = None if not dlast else tuple(dlast) if isinstance(last, tuple) else dlast[0]
    dx, dfirst, grads = numpy_layer.backward(cache, dy, dstate)

    like = next(torch_layer.parameters())
    x_t, state_t = tensors(x, like), tensors(state, like)
    arguments = {name: torch.as_tensor(value, device=like.device) for name, value in arguments.items()}
    y_t, last_t = torch_layer(x_t, state_t, **arguments)
    outputs, gradients = [y_t, *state_arrays(last_t)], [dy, *dlast]
    torch.autograd.backward(outputs, [torch.as_tensor(g, dtype=like.dtype, device=like.device) for g in gradients])

    close("y", y_t, y, tolerance)
    for k, (have, want) in enumerate(zip(state_arrays(last_t), state_arrays(last), strict=True)):
        close(f"last state {k}", have, want, tolerance)
    close("dx", x_t.grad, dx, tolerance)
    if state is not None:
        for k, (have, want) in enumerate(zip(state_arrays(state_t), state_arrays(dfirst), strict=True)):
            # A state that the output doesn't see, or sees detached, has no gradient in torch: zero here.
            close(f"gradient of state {k}", np.zeros_like(want) if have.grad is None else have.grad, want, tolerance)
    named = named_gradients(torch_layer)
    assert named.keys() == grads.keys()
    for name, want in grads.items():
        close(f"gradient of {name}", named[name], want, tolerance)


def named_gradients(layer: torch.nn.Module) -> dict[str, Any]:
    """Return every parameter's gradient by the name that a state_dict gives it, which is NumPy's."""
    names = {id(value): name for name, value in layer.state_dict(keep_vars=True).items()}
    return {names[id(value)]: value.grad for _, value in layer.named_parameters()}
