"""Gradient descent, Adam, and clipping by norm; parameters change in place, so that layers see them at once."""

import numpy as np

from lstmlib.numpy.checks import Array


class SGD:
    """Gradient descent: w -= lr * v with v = momentum * v + dw, as torch.optim.SGD.

    Args:
        params: name -> array; changed in place.
        lr: the learning rate, positive.
        momentum: the share of the last step that is kept, 0 <= momentum < 1.

    Raises:
        ValueError: a rate or momentum outside its range.
    """

    def __init__(self, params: dict[str, Array], lr: float, *, momentum: float = 0.0) -> None:
        if not lr > 0.0:
            raise ValueError(f"lr is {lr}, expected a positive number")
        if not 0.0 <= momentum < 1.0:
            raise ValueError(f"momentum is {momentum}, expected a number from 0 up to, but not, 1")
        self.params, self.lr, self.momentum = params, lr, momentum
        self.velocity = {name: np.zeros_like(value) for name, value in params.items()}

    def step(self, grads: dict[str, Array]) -> None:
        """Change every parameter once, by its gradient of the same name.

        Raises:
            KeyError: a gradient is missing.
        """
        for name, value in self.params.items():
            self.velocity[name] = self.momentum * self.velocity[name] + grads[name]
            value -= self.lr * self.velocity[name]


class Adam:
    """Adam: steps scaled by running means of each gradient and of its square, as torch.optim.Adam.

    Source: Kingma and Ba (2015), algorithm 1.

    Args:
        params: name -> array; changed in place.
        lr: the learning rate, positive.
        betas: how slowly the two means move, each 0 <= beta < 1.
        eps: added to the root of the second mean.

    Raises:
        ValueError: a rate or beta outside its range.
    """

    def __init__(
        self,
        params: dict[str, Array],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0.0:
            raise ValueError(f"lr is {lr}, expected a positive number")
        if not all(0.0 <= beta < 1.0 for beta in betas):
            raise ValueError(f"betas are {betas}, expected two numbers from 0 up to, but not, 1")
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.mean = {name: np.zeros_like(value) for name, value in params.items()}
        self.square = {name: np.zeros_like(value) for name, value in params.items()}
        self.steps = 0

    def step(self, grads: dict[str, Array]) -> None:
        """Change every parameter once, by its gradient of the same name.

        Raises:
            KeyError: a gradient is missing.
        """
        self.steps += 1
        beta1, beta2 = self.betas
        for name, value in self.params.items():
            m, v = self.mean[name], self.square[name]
            m += (1.0 - beta1) * (grads[name] - m)
            v += (1.0 - beta2) * (grads[name] ** 2 - v)
            m_hat = m / (1.0 - beta1**self.steps)  # the means start at zero: undo their pull towards it
            v_hat = v / (1.0 - beta2**self.steps)
            value -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def clip_grad_norm(grads: dict[str, Array], max_norm: float) -> float:
    """Scale all gradients together so that their joint norm is at most ``max_norm``; return the norm they had.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.

    Args:
        grads: name -> array; changed in place.
        max_norm: the largest norm left, positive; ``numpy.inf`` only measures.

    Raises:
        ValueError: ``max_norm`` is not positive, or a gradient is not finite, which no scaling mends.
    """
    if not max_norm > 0.0:
        raise ValueError(f"max_norm is {max_norm}, expected a positive number")
    with np.errstate(over="ignore"):
        norm = float(np.sqrt(sum(float((grad**2).sum()) for grad in grads.values())))
    if not np.isfinite(norm):
        bad = [name for name, grad in grads.items() if not np.isfinite(grad).all()]
        if bad:
            raise ValueError(f"gradients of {', '.join(bad)} are not finite: the error exploded")
        # All are finite; only their squares were not.
        largest = max(float(np.abs(grad).max()) for grad in grads.values())
        norm = largest * float(np.sqrt(sum(float(((grad / largest) ** 2).sum()) for grad in grads.values())))
    if norm > max_norm:
        for grad in grads.values():
            grad *= max_norm / norm
    return norm
