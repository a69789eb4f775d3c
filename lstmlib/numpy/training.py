"""The loop of forward, loss, backward and step, an update at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.batch import Batch, check_batch
from lstmlib.numpy.checks import Array, check_lengths, check_plain, named
from lstmlib.numpy.optim import SGD, Adam, clip_grad_norm
from lstmlib.numpy.padding import zero_past_end


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
    the padding, and needs batches of equal lengths. Whatever ``batch.x`` holds there, it sees zeros.

    Args:
        model: a layer or model with the contract of ``lstmlib.numpy``.
        batches: what to learn from, each a ``Batch``; ``itertools.islice`` makes an endless source end.
        loss: ``squared_error``, ``cross_entropy`` or ``binary_cross_entropy``.
        optimizer: holds ``model.params``.
        max_norm: clip the gradient's norm to this; the norm yielded is the one before.

    Raises:
        TypeError: something that is no batch.
        ValueError: what the layer, the loss or the optimiser refuses; a net or a gradient that explodes.
    """
    for name, needed in (("forward", model), ("backward", model), ("step", optimizer)):
        if not callable(getattr(needed, name, None)):
            argument = "optimizer" if name == "step" else "model"
            raise TypeError(f"{argument} is {named(needed)}, expected one with the method {name}")
    for k, batch in enumerate(batches):
        check_batch(f"batches[{k}]", batch)
        y, _, cache = model.forward(without_padding(batch))
        value, dy = loss(y, batch.target, batch.mask)
        _, _, grads = model.backward(cache, dy)
        norm = clip_grad_norm(grads, max_norm)
        optimizer.step(grads)
        yield value, norm


def without_padding(batch: Batch) -> NDArray[Any]:
    """Return a batch's inputs (T, N, ...) with zeros past each sequence's end."""
    x = check_plain("batch.x", batch.x, "an array (T, N, ...)")
    lengths = check_lengths(batch.lengths, x, "batch.lengths")
    return zero_past_end(x, np.arange(len(x))[:, None] < lengths)
