"""Nets that label addresses: how they are trained, searched, tested and stored."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from lstmlib.numpy.crf import chain_loss, viterbi
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.labelling.measures import Counts, accuracy, counts, total
from lstmlib.studies.at_work.labelling.net import Encoded, Tagger, Vocabulary, encode, vocabulary
from lstmlib.studies.at_work.labelling.parts import Item, labels, parts, training

FOLDER = Path(__file__).parents[1] / "results"
KINDS = ("forward", "both", "chain")  # one direction; two; two and a CRF on top
EPOCHS, BATCH, DROPOUT = 24, 64, 0.5
# For names the lowest of the three came out best of two kinds, so all were given one more.
RATES = {"addresses": (0.01, 0.03, 0.1), "names": (0.003, 0.01, 0.03, 0.1)}
SEEDS = {"validation": (100, 101), "test": tuple(range(5))}


class Trial(NamedTuple):
    """One net."""

    part: str  # "validation" or "test"
    kind: str
    rate: float
    epochs: int
    seed: int
    wrong: dict[str, float]  # share of wrong words, by the number of epochs
    said: str  # labels of all words of the part, a letter each, as ``written`` has them; "" in validation


class Net(NamedTuple):
    """A trained net, and what it needs to read and to say."""

    tagger: Tagger
    known: Vocabulary
    transitions: np.ndarray | None  # of the CRF (K + 1, K + 1)

    def label(self, given: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """Return the labels of addresses, each given as its words: the likeliest of each word, or of the chain."""
        found = encode(given, self.known)
        with torch.no_grad():
            y = self.tagger(found).numpy()
        z = y.argmax(2) if self.transitions is None else viterbi(y, self.transitions, found.lengths.numpy())[0]
        names = self.known.labels
        return [tuple(names[k] for k in z[: len(address), n]) for n, address in enumerate(given)]


def written(said: Sequence[Sequence[str]], data: str = "addresses") -> str:
    """Return labels as one letter each, A in place of the most frequent, addresses one after the other."""
    place = {label: chr(ord("A") + k) for k, label in enumerate(labels(data))}
    return "".join(place[label] for address in said for label in address)


def read(text: str, given: Sequence[Item], data: str = "addresses") -> list[tuple[str, ...]]:
    """Return what ``written`` wrote of labels for these addresses."""
    ends = np.cumsum([0, *(len(address.words) for address in given)]).tolist()
    return [tuple(labels(data)[ord(c) - ord("A")] for c in text[a:b]) for a, b in itertools.pairwise(ends)]


def judged(given: Sequence[Item], said: Sequence[Sequence[str]]) -> list[Counts]:
    """Return what each address adds to the measures."""
    return [counts(address.labels, found) for address, found in zip(given, said, strict=True)]


def batches(given: Encoded, rng: np.random.Generator) -> Iterator[Encoded]:
    """Yield all addresses once, 64 at a time, in an order of its own."""
    order = torch.from_numpy(rng.permutation(len(given.lengths)))
    for k in range(0, len(order), BATCH):
        yield given.some(order[k : k + BATCH])


def learn(part: str, kind: str, rate: float, epochs: int, seed: int, data: str = "addresses") -> tuple[Net, Trial]:
    """Train one net by Adam, whose rate falls in a straight line to 0, the gradient's norm clipped to 1; judge it.

    Args:
        part: what it is judged on, "validation" or "test"; ``training`` says what it learns on.
        kind: one of ``KINDS``.
        rate: the learning rate of the first update.
        epochs: how often it sees every address.
        seed: of the weights, the order and the dropout.
        data: one of ``DATA``.
    """
    learnt, given = training(part, data), parts(data)[part]
    known, rng = vocabulary(learnt, data), np.random.default_rng(seed)
    torch.set_flush_denormal(True)  # rows of the table that rarely come decay to those, which are slow
    K = len(known.labels)
    A = torch.zeros(K + 1, K + 1) if kind == "chain" else None
    net = Net(Tagger(known, kind != "forward", seed=seed), known, None if A is None else A.numpy())
    adam = torch.optim.Adam([*net.tagger.parameters(), *([] if A is None else [A])], rate, fused=True)
    seen = encode([a.words for a in learnt], known, [a.labels for a in learnt])
    updates, done, wrong = epochs * -(-len(learnt) // BATCH), 0, {}
    for epoch in range(1, epochs + 1):
        for batch in batches(seen, rng):
            adam.param_groups[0]["lr"] = rate * (1.0 - done / updates)
            adam.zero_grad()
            back(net.tagger(batch, DROPOUT, rng), batch, A)
            torch.nn.utils.clip_grad_norm_(net.tagger.parameters(), 1.0)
            adam.step()
            done += 1
        if epoch in (epochs // 2, epochs):
            said = net.label([address.words for address in given])
            wrong[str(epoch)] = round(1.0 - accuracy(total(judged(given, said))), 4)
    return net, Trial(part, kind, rate, epochs, seed, wrong, written(said, data) if part == "test" else "")


def back(y: torch.Tensor, batch: Encoded, A: torch.Tensor | None) -> None:
    """Send the loss's gradient back through a net: of the softmax of each word, or of the chain, an address's mean.

    Args:
        y: the scores (T, N, K).
        batch: with the right labels.
        A: the transitions of the chain, which get a gradient too; ``None`` for a softmax a word.
    """
    if A is None:
        F.cross_entropy(y[batch.mask], batch.target[batch.mask]).backward()  # type: ignore[no-untyped-call]
        return
    _, dy, dA = chain_loss(y.detach().numpy(), A.numpy(), batch.target.numpy(), batch.lengths.numpy())
    words = float(batch.lengths.float().mean())  # a word's mean, as the softmax has it, so that rates mean the same
    A.grad = torch.from_numpy(dA / np.float32(words))
    y.backward(torch.from_numpy(dy / np.float32(words)))  # type: ignore[no-untyped-call]


# What is stored, and what follows from it.


def named(what: str, data: str) -> str:
    """Return how a file of results is named: "labelling", the data if they aren't addresses, and what it is."""
    return f"labelling{'' if data == 'addresses' else f'-{data}'}{what}"


def load(folder: Path = FOLDER, data: str = "addresses") -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / named(".jsonl", data), Trial)


def search(trials: Sequence[Trial], kind: str) -> dict[float, list[float]]:
    """Return the shares of wrong words on the validation part, by the rate, as ``chosen`` takes them."""
    searched = (one for one in trials if (one.part, one.kind, one.epochs) == ("validation", kind, EPOCHS))
    return protocol.by_setting((one.rate, one.wrong[str(EPOCHS)]) for one in searched)


def chosen(trials: Sequence[Trial], kind: str) -> float:
    """Return the rate that a kind's test nets have."""
    return protocol.chosen(search(trials, kind))


def tested(trials: Sequence[Trial], kind: str) -> list[Trial]:
    """Return the test nets of a kind, by seed."""
    return sorted((t for t in trials if (t.part, t.kind, t.epochs) == ("test", kind, EPOCHS)), key=lambda t: t.seed)
