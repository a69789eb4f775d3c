"""What is stored of the nets that translate, and the kept one as the library's own layers: without PyTorch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstmlib.numpy import LSTM, AdditiveAttention, Bidirectional
from lstmlib.numpy.checks import Array
from lstmlib.numpy.ctc import log_softmax
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.halves import kept
from lstmlib.studies.at_work.translation.memory import word_for_word
from lstmlib.studies.at_work.translation.task import END, START, UNKNOWN, vocabularies

FOLDER = Path(__file__).parents[1] / "results"
NAME, KEPT = "translation.jsonl", "translation-net.safetensors"
EMBED, HIDDEN, WIDTH = 64, 64, 64  # of a word's vector; units of the decoder and of each direction; of the scoring net
EPOCHS = {"search": 4, "test": 16, "longer": 32}  # how often a net sees every message
BEAM, MOST = 5, 18  # beginnings that are kept; words at most, END among them
NOTHING = "□"  # stands for an unknown word where nothing says which
SIDES = {"attention": "LSTM with attention", "vector": "LSTM, one vector"}


class Setting(NamedTuple):
    """What is chosen for a side."""

    rate: float
    bias: float  # of the forget gates, at the beginning
    dropout: float  # share of the words' vectors, and of what the read-out gets, that is missing in training


class Trial(NamedTuple):
    """One net."""

    part: str  # "search", "test", or "longer", a test net that learns for twice as long
    side: str  # one of SIDES
    rate: float
    bias: float
    dropout: float
    seed: int
    nats: float  # cross-entropy of a word, on the messages that choose, at the end
    halfway: float  # and after half of the updates
    said: dict[str, list[str]]  # its translations, by a beam of BEAM: of "choose", "test" and "another"; no search's
    greedy: dict[str, list[str]]  # and of "test" where greedy decoding says something else; "" where not

    @property
    def setting(self) -> Setting:
        """What was chosen for it, or is tried."""
        return Setting(self.rate, self.bias, self.dropout)


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / NAME, Trial)


def search(trials: Sequence[Trial], side: str) -> dict[Setting, list[float]]:
    """Return the cross-entropy of each of a side's validation nets, by setting, as ``protocol.chosen`` takes it."""
    searched = (one for one in trials if (one.part, one.side) == ("search", side))
    found = protocol.by_setting((one.setting, one.nats) for one in searched)
    most = max((len(values) for values in found.values()), default=0)
    return {setting: values for setting, values in found.items() if len(values) == most}


def chosen(trials: Sequence[Trial], side: str) -> Setting:
    """Return a side's setting: the lowest median over its validation nets."""
    return protocol.chosen(search(trials, side))


def tested(trials: Sequence[Trial], side: str) -> list[Trial]:
    """Return a side's test nets of the setting that was chosen, by seed."""
    setting = chosen(trials, side)
    return sorted((t for t in trials if (t.part, t.side, t.setting) == ("test", side, setting)), key=lambda t: t.seed)


def longer(trials: Sequence[Trial]) -> list[Trial]:
    """Return the nets with attention that learnt for twice as long, by seed."""
    return sorted((t for t in trials if t.part == "longer"), key=lambda t: t.seed)


class Translation(NamedTuple):
    """What a net says of a message."""

    words: tuple[str, ...]  # without its END; where the net said UNKNOWN, what took its place
    numbers: tuple[int, ...]  # of what the net said, its END as the last, unless it came to none
    p: Array  # the probability of each, given those before it, (T,)
    weights: Array  # of attention, (T, S); without attention it has no columns

    @property
    def score(self) -> float:
        """The mean log probability of its words and its END: by this a beam chooses."""
        return float(np.log(self.p).mean())


class Translator:
    """A net that translates, in NumPy: ``nets.Net`` has the equations.

    Args:
        params: its numbers by name, as ``stored`` or ``of_net`` give them; in single precision.
    """

    def __init__(self, params: Mapping[str, Array]) -> None:
        self.params = dict(params)
        rng, single = np.random.default_rng(0), np.float32
        there, back = (LSTM(EMBED, HIDDEN, rng=rng, dtype=single) for _ in range(2))
        self.encoder = Bidirectional(there, back)
        self.decoder = LSTM(2 * EMBED, HIDDEN, rng=rng, dtype=single)
        self.attention = AdditiveAttention(HIDDEN, 2 * HIDDEN, WIDTH, rng=rng, dtype=single) if self.looks else None
        for name, layer in (("encoder", self.encoder), ("decoder", self.decoder), ("attention", self.attention)):
            for key, value in layer.params.items() if layer else ():
                value[...] = self.params[f"{name}.{key}"]

    @property
    def looks(self) -> bool:
        """Whether it has attention."""
        return "attention.weight_score" in self.params

    def read(self, source: Sequence[str]) -> tuple[Array, Array]:
        """Return the states h (S, 1, 2H) and the summary m (2H,) of a message's words."""
        x = self.params["source.weight"][vocabularies()[0].numbers(source)][:, None]
        h, _, _ = self.encoder.forward(x)
        return h, np.concatenate([h[-1, 0, :HIDDEN], h[0, 0, HIDDEN:]])

    def start(self, m: Array) -> "Place":
        """Return where the decoder begins, given the summary."""
        s = np.tanh(self.params["first.weight"] @ m + self.params["first.bias"])[None]
        return Place(s, np.zeros_like(s), np.zeros((1, EMBED), np.float32))

    def step(self, words: Sequence[int], at: "Place", h: Array, m: Array) -> tuple[Array, Array, "Place"]:
        """Return log p (B, V), the weights (B, S), and where the decoder is, of B texts side by side.

        Args:
            words: the last word of each.
            at: where the decoder is in each.
            h: the source's states, as ``read`` gives them.
            m: and its summary.
        """
        x = np.concatenate([self.params["target.weight"][list(words)], at.t], 1)[None]
        _, (s, c), _ = self.decoder.forward(x, (at.s, at.c))
        if self.attention:
            memory = np.broadcast_to(h, (len(h), len(words), h.shape[2]))
            context, _, cache = self.attention.forward(s[None], memory)
            context, weights = context[0], cache.weights[:, 0]
        else:
            context, weights = np.broadcast_to(m, (len(words), len(m))), np.zeros((len(words), 0), np.float32)
        t = np.tanh(np.concatenate([context, s], 1) @ self.params["mix.weight"].T)
        scores = t @ self.params["target.weight"].T + self.params["bias"]
        return log_softmax(scores.astype(np.float64)), weights, Place(s, c, t)

    def translate(self, source: Sequence[str], width: int = BEAM, begin: Sequence[int] = ()) -> list[Translation]:
        """Return up to ``width`` translations, the best first: beam search, greedy decoding for a width of 1.

        At every step the ``width`` likeliest beginnings are kept that haven't ended. Among ended ones the mean log
        probability of a word decides, END counted; the sum would favour short ones.

        Args:
            source: a message's words.
            width: how many beginnings are kept.
            begin: numbers of words with which the translation has to begin.
        """
        h, m = self.read(source)
        live = [Begun((), (), (), 0.0)]
        at, last, done = self.start(m), [START], list[Begun]()
        for step in range(MOST):
            logs, weights, at = self.step(last, at, h, m)
            totals = logs + np.array([one.total for one in live])[:, None]
            if step < len(begin):
                ranked = [begin[step]]
            else:
                count = min(2 * width, totals.size)
                first = np.argpartition(-totals, count - 1, axis=None)[:count]
                ranked = sorted(first.tolist(), key=lambda place: -totals.flat[place])
            kept: list[tuple[int, Begun]] = []
            for rank, place in enumerate(ranked):
                k, word = divmod(place, totals.shape[1])
                longer = live[k].longer(word, float(logs[k, word]), weights[k])
                if word != END:
                    kept.append((k, longer))
                elif rank < width:
                    done.append(longer)
            if len(done) >= width or not kept:
                break
            kept = kept[:width]
            live, last = [one for _, one in kept], [one.numbers[-1] for _, one in kept]
            at = Place(*(part[[k for k, _ in kept]] for part in at))
        found = [self._finished(source, one) for one in done or live]
        return sorted(found, key=lambda one: -one.score)[:width]

    def follow(self, source: Sequence[str], numbers: Sequence[int]) -> tuple[Array, Array]:
        """Return log p of every word at each step (T, V), and the weights (T, S), on the way through a translation.

        Args:
            source: a message's words.
            numbers: of the words that are said.
        """
        h, m = self.read(source)
        at, logs, looked = self.start(m), [], []
        for last in [START, *numbers[:-1]]:
            log, weights, at = self.step([last], at, h, m)
            logs.append(log[0])
            looked.append(weights[0])
        return np.array(logs), np.array(looked)

    def _finished(self, source: Sequence[str], one: "Begun") -> Translation:
        weights = np.array(one.weights)
        words = [
            self.instead(source, row) if number == UNKNOWN else vocabularies()[1].words[number]
            for number, row in zip(one.numbers, weights, strict=True)
            if number != END
        ]
        return Translation(tuple(words), one.numbers, np.exp(np.array(one.logs)), weights)

    def instead(self, source: Sequence[str], weights: Array) -> str:
        """Return what takes the place of an unknown word: the dictionary's word for that with the largest weight.

        A word that the dictionary doesn't know stays as it is. Without attention there is no such word.
        """
        return word_for_word([source[int(weights.argmax())]])[0] if len(weights) else NOTHING


class Place(NamedTuple):
    """Where the decoder is in B texts."""

    s: Array  # (B, H)
    c: Array  # of its cells, (B, H)
    t: Array  # what the read-out got, fed back, (B, E)


class Begun(NamedTuple):
    """A translation up to a word."""

    numbers: tuple[int, ...]
    logs: tuple[float, ...]
    weights: tuple[Array, ...]
    total: float

    def longer(self, number: int, log: float, weights: Array) -> "Begun":
        """Return it with one word more."""
        return Begun((*self.numbers, number), (*self.logs, log), (*self.weights, weights), self.total + log)


def stored(folder: Path = FOLDER) -> Translator:
    """Return the first test net with attention; its numbers are kept in half precision."""
    return Translator(kept(folder / KEPT))
