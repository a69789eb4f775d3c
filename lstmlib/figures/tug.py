"""The tug of war over one weight: a carousel that learns in the page, with and without a gate."""

import numpy as np
import traitlets as t

from lstmlib.numpy import SGD, Carousel, Linear, SequenceModel, squared_error, train
from lstmlib.page import bundle
from lstmlib.page.figure import Figure
from lstmlib.tasks import Batch, keep_first

T, BATCH, UPDATES = 20, 128, 1000
RATES = {"input": 0.05, "output": 0.2}


class TugOfWar(Figure):
    """One carousel that learns to keep the first of twenty numbers, by one weight in and one weight out.

    Source: the input and output weight conflicts of Hochreiter and Schmidhuber (1997), section 3.2.

    Args:
        conflict: "input", all other numbers are to be kept out; or "output", the net is to be silent until the end.
        door: whether a gate, set by hand, is open at the one step that matters.
        seed: of what the net sees.
        guess: which share of the number the reader expects to get through; 0 for no guess.
        result: how far the page is: {"updates", "w", "v", "b", "d"}, the weight in, the weight out, and their biases.

    Raises:
        traitlets.TraitError: an unknown conflict, or a number outside its range.
    """

    _name = "tug"
    _esm = bundle.module_script("tug")
    _state = ("conflict", "door", "seed", "guess")

    conflict = t.Enum(tuple(RATES), "input").tag(sync=True)
    door = t.Bool(False).tag(sync=True)
    seed = t.Int(0, min=0).tag(sync=True)
    guess = t.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    result = t.Dict().tag(sync=True)

    def sequences(self, count: int, rng: np.random.Generator) -> Batch:
        """Draw sequences; x (T, N, 3) is a number, and the positions of the door in and of the door out.

        Args:
            count: N, how many.
            rng: source of the numbers.
        """
        batch, doors = keep_first(T, count, rng, quiet=self.conflict == "output"), np.ones((T, count, 2))
        if self.conflict == "output" or self.door:
            doors[1:, :, 0] = 0.0
        if self.conflict == "output" and self.door:
            doors[:-1, :, 1] = 0.0
        return batch._replace(x=np.concatenate([batch.x[..., :1], doors], -1))

    def net(self) -> SequenceModel:
        """Return the net before it has learnt: both weights 0.1, both biases 0."""
        model = SequenceModel(Carousel(3, 1, doors=True), Linear(1, 1))
        for name, value in model.params.items():
            value[...] = 0.1 if "weight" in name else 0.0
        return model

    def trained(self, updates: int) -> SequenceModel:
        """Return the net after so many updates, as the page trains it.

        Args:
            updates: how many, each of 128 sequences.
        """
        model, rng = self.net(), np.random.default_rng([self.seed])
        batches = (self.sequences(BATCH, rng) for _ in range(updates))
        for _ in train(model, batches, squared_error, SGD(model.params, RATES[self.conflict])):
            pass
        return model
