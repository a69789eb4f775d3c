"""Gradient descent, Adam, and clipping by norm; parameters change in place, so that layers see them at once.

Each looks at all names, shapes, dtypes and numbers first and then changes everything or, after an error, nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array, check_number, check_params, check_positive, listed, shown


class SGD:
    """Gradient descent: w -= lr * v with v = momentum * v + dw, as torch.optim.SGD.

    Args:
        params: name -> array; changed in place.
        lr: the learning rate, positive.
        momentum: the share of the last step that is kept, 0 <= momentum < 1.

    Raises:
        TypeError: ``params`` is no dict of float arrays, or a rate or momentum no number.
        ValueError: a rate or momentum outside its range.
    """

    def __init__(self, params: dict[str, Array], lr: float, *, momentum: float = 0.0) -> None:
        check_params("params", params)
        check_positive("lr", lr)
        expected = "a number from 0 up to, but not, 1"
        if not 0.0 <= check_number("momentum", momentum, expected) < 1.0:
            raise ValueError(f"momentum is {momentum}, expected {expected}")
        self.params, self.lr, self.momentum = params, lr, momentum
        self.velocity: dict[str, Array] = {name: np.zeros_like(value) for name, value in params.items()}

    def __repr__(self) -> str:
        """Return the call that makes it."""
        return f"SGD(params, lr={self.lr}, momentum={self.momentum})"

    def step(self, grads: dict[str, Array]) -> None:
        """Change every parameter once, by its gradient of the same name; or, after an error, none.

        Raises:
            KeyError: a gradient is missing, or one has a name that no parameter has.
            TypeError: no dict of float arrays, or another dtype than the parameter's.
            ValueError: another shape than the parameter's, an array that can't be written to, a gradient that is not
                finite, or one so large that the parameter would not be.
        """
        check_gradients_of(self.params, grads, self.velocity)
        with np.errstate(over="ignore", invalid="ignore"):
            velocity: dict[str, Array] = {
                name: self.momentum * self.velocity[name] + grads[name] for name in self.params
            }
            change = {name: self.lr * velocity[name] for name in self.params}
        _apply(self.params, change, velocity)
        self.velocity = velocity


class Adam:
    """Adam: steps scaled by running means of each gradient and of its square, as torch.optim.Adam.

    Source: Kingma and Ba (2015), algorithm 1.

    Args:
        params: name -> array; changed in place.
        lr: the learning rate, positive.
        betas: how slowly the two means move, each 0 <= beta < 1.
        eps: added to the root of the second mean, positive.

    Raises:
        TypeError: ``params`` is no dict of float arrays, or a rate, beta or ``eps`` no number.
        ValueError: a rate, beta or ``eps`` outside its range.
    """

    def __init__(
        self,
        params: dict[str, Array],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        check_params("params", params)
        check_positive("lr", lr)
        expected = "two numbers from 0 up to, but not, 1"
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise TypeError(f"betas are {shown(betas)}, expected {expected}")
        if not all(0.0 <= check_number("betas", beta, expected) < 1.0 for beta in betas):
            raise ValueError(f"betas are {betas}, expected {expected}")
        check_positive("eps", eps)
        self.params, self.lr, self.betas, self.eps = params, lr, tuple(betas), eps
        self.mean: dict[str, Array] = {name: np.zeros_like(value) for name, value in params.items()}
        self.square: dict[str, Array] = {name: np.zeros_like(value) for name, value in params.items()}
        self.steps = 0

    def __repr__(self) -> str:
        """Return the call that makes it."""
        return f"Adam(params, lr={self.lr}, betas={self.betas}, eps={self.eps})"

    def step(self, grads: dict[str, Array]) -> None:
        """Change every parameter once, by its gradient of the same name; or, after an error, none.

        Raises:
            KeyError: a gradient is missing, or one has a name that no parameter has.
            TypeError: no dict of float arrays, or another dtype than the parameter's.
            ValueError: another shape than the parameter's, an array that can't be written to, a gradient that is not
                finite, or one so large that its square or the parameter would not be.
        """
        check_gradients_of(self.params, grads, self.mean)
        steps, (beta1, beta2) = self.steps + 1, self.betas
        mean: dict[str, Array] = {}
        square: dict[str, Array] = {}
        change: dict[str, Array] = {}
        with np.errstate(over="ignore", invalid="ignore"):
            for name in self.params:
                m, v = self.mean[name], self.square[name]
                mean[name] = m = m + (1.0 - beta1) * (grads[name] - m)
                square[name] = v = v + (1.0 - beta2) * (grads[name] ** 2 - v)
                m_hat = m / (1.0 - beta1**steps)  # the means start at zero: undo their pull towards it
                v_hat = v / (1.0 - beta2**steps)
                change[name] = self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        _apply(self.params, change, square)
        self.mean, self.square, self.steps = mean, square, steps


def clip_grad_norm(grads: dict[str, Array], max_norm: float) -> float:
    """Scale all gradients together so that their joint norm is at most ``max_norm``; return the norm they had.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.

    Args:
        grads: name -> array; changed in place, all of them or, after an error, none.
        max_norm: the largest norm left, positive; ``numpy.inf`` only measures.

    Raises:
        TypeError: ``grads`` is no dict of float arrays, or ``max_norm`` no number.
        ValueError: ``max_norm`` is not positive, an array can't be written to, or a gradient is not finite, which no
            scaling mends.
    """
    if max_norm is not np.inf and max_norm != np.inf:
        check_positive("max_norm", max_norm)
    check_params("grads", grads)
    _check_writeable("grads", grads)
    with np.errstate(over="ignore"):
        norm = float(np.sqrt(sum(float((grad**2).sum()) for grad in grads.values())))
    if not np.isfinite(norm):
        bad = [name for name, grad in grads.items() if not np.isfinite(grad).all()]
        if bad:
            raise ValueError(f"gradients of {listed(bad)} are not finite: the error exploded")
        # All are finite; only their squares were not.
        largest = max(float(np.abs(grad).max()) for grad in grads.values())
        norm = largest * float(np.sqrt(sum(float(((grad / largest) ** 2).sum()) for grad in grads.values())))
    if norm > max_norm:
        for grad in grads.values():
            grad *= max_norm / norm
    return norm


def check_gradients_of(params: Mapping[str, Array], grads: Any, kept: Mapping[str, Array]) -> None:
    """Refuse gradients that are not one for each parameter, of its shape and dtype, finite.

    Args:
        params: name -> array.
        grads: what should be the same names with the gradients.
        kept: what the optimiser keeps between steps: the same names and shapes as when it was made.

    Raises:
        KeyError, TypeError, ValueError: they are not; or parameters that can't be written to, or are others now.
    """
    check_params("grads", grads)
    check_params("params", params)
    shapes, made = ({name: value.shape for name, value in arrays.items()} for arrays in (params, kept))
    if changed := [name for name in params.keys() | kept.keys() if shapes.get(name) != made.get(name)]:
        raise ValueError(f"params have other names or shapes than when the optimiser was made: {listed(changed)}")
    if missing := [name for name in params if name not in grads]:
        raise KeyError(f"grads lacks {listed(missing)}, expected one gradient for each of {listed(params)}")
    if extra := [name for name in grads if name not in params]:
        raise KeyError(f"grads has {listed(extra)} too, expected one gradient for each of {listed(params)}")
    for name, value in params.items():
        grad = grads[name]
        if grad.shape != value.shape:
            raise ValueError(f"grads[{name!r}] has shape {grad.shape}, expected {value.shape}, the parameter's")
        if grad.dtype != value.dtype:
            raise TypeError(f"grads[{name!r}] has dtype {grad.dtype}, expected {value.dtype}, the parameter's")
    if bad := [name for name in params if not np.isfinite(grads[name]).all()]:
        raise ValueError(f"gradients of {listed(bad)} are not finite: the error exploded")
    _check_writeable("params", params)


def _check_writeable(name: str, arrays: Mapping[str, Array]) -> None:
    if fixed := [key for key, value in arrays.items() if not value.flags.writeable]:
        raise ValueError(f"{name} can't be written to: {listed(fixed)}")


def _apply(params: Mapping[str, Array], change: Mapping[str, Array], kept: Mapping[str, Array]) -> None:
    """Take the change off every parameter, if all stay finite, what is kept for the next step included."""
    with np.errstate(over="ignore", invalid="ignore"):
        bad = [
            name
            for name, value in params.items()
            if not (np.isfinite(value - change[name]).all() and np.isfinite(kept[name]).all())
        ]
    if bad:
        raise ValueError(f"a step would make infinity or NaN of {listed(bad)}: nothing is changed")
    for name, value in params.items():
        value -= change[name]
