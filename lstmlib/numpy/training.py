"""The loop of forward, loss, backward and step, an update at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.numpy.optim import SGD, Adam, clip_grad_norm

if TYPE_CHECKING:
    from lstmlib.tasks.batch import Batch


def train(
    model: Any,
    batches: "Iterable[Batch]",
    loss: Callable[..., tuple[float, Array]],
    optimizer: SGD | Adam,
    *,
    max_norm: float = np.inf,
) -> Iterator[tuple[float, float]]:
    """Make one update a batch and yield (loss, gradient norm) after each; stop by taking no more.

    A generator, so that the caller can watch, plot, or stop at any update and go on later with the same model and
    optimizer: ``for value, norm in train(...)``, or ``for ... in tqdm(train(...))`` for a progress bar.

    The model runs over the padding too, without ``batch.lengths``: the mask keeps it out of the loss. That is enough
    for a model that reads forwards; one that looks ahead (``Bidirectional``, attention that is not causal) would see
    the padding, and needs batches of equal lengths.

    Args:
        model: a layer or model with the contract of ``lstmlib.numpy``.
        batches: what to learn from; ``itertools.islice`` makes an endless source end.
        loss: ``squared_error``, ``cross_entropy`` or ``binary_cross_entropy``.
        optimizer: holds ``model.params``.
        max_norm: clip the gradient's norm to this; the norm yielded is the one before.

    Raises:
        ValueError: a gradient is no longer finite.
    """
    for batch in batches:
        y, _, cache = model.forward(batch.x)
        value, dy = loss(y, batch.target, batch.mask)
        _, _, grads = model.backward(cache, dy)
        norm = clip_grad_norm(grads, max_norm)
        optimizer.step(grads)
        yield value, norm
