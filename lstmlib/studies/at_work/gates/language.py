"""The claims about language: where sentences begin, which words are nouns, and what nets that read plays do there."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.plays import alphabet, plays
from lstmlib.studies.at_work.gates import cells, measures
from lstmlib.studies.at_work.gates.cells import GATES, Cells, Held, Reading
from lstmlib.studies.at_work.gates.measures import Pairs
from lstmlib.studies.at_work.halves import halves, kept
from lstmlib.studies.at_work.text import measure as text_measure
from lstmlib.studies.at_work.text import nets, trials

FIRST, PIECE, WARM = 50_000, 5_000, 200  # characters of each test play; in one piece; read before it
AHEAD = 20  # characters whose loss a clamp may change
BACK = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)  # characters back that a probe is asked for
LIST = "the a an this that these those my thy mine thine his her our your their no"
DETERMINERS = frozenset(LIST.split())
OTHERS = """i thou he she it we you ye they me thee him us them who whom whose which what
    and or but nor if though as than because since while until till lest so yet for
    of in to with from by on upon at into unto against about after before between through under over without within
    is am are was were be been being art wert have has had hath hast having do does did doth dost done
    will would shall should may might can could must let wilt shalt wouldst shouldst canst
    not there here when where why how then all any some such each every both either neither"""
FUNCTION = DETERMINERS | frozenset(OTHERS.split())
SEEN, AFTER, ENDS = 10, 0.25, 0.6  # of ``nouns``

Texts = Sequence[str]


def nouns(text: str) -> set[str]:
    """Return words that a rule takes for nouns.

    They are no function words, stand in the text ten times or more, in a quarter or more of these right after a
    determiner, and there, in 60 percent or more, before a function word, a sign or a line's end: *my lord, and*, but
    not *my good lord*.

    Args:
        text: all that is counted; words are written small.
    """
    tokens = re.findall(r"[a-z]+(?:'[a-z]+)*|[^a-z ]", text.lower())
    seen, after, ends = Counter(tokens), Counter[str](), Counter[str]()
    for left, word, right in zip(tokens, tokens[1:], [*tokens[2:], "."], strict=False):
        if left in DETERMINERS and word[0].isalpha():
            after[word] += 1
            ends[word] += right in FUNCTION or not right[0].isalpha()
    return {
        word
        for word in after
        if word not in FUNCTION
        and seen[word] >= SEEN
        and after[word] >= AFTER * seen[word]
        and ends[word] >= ENDS * after[word]
    }


def pieces(texts: Texts) -> list[str]:
    """Return pieces of texts, each with ``WARM`` characters before it and one after; the first begins at WARM."""
    starts = range(WARM, FIRST - PIECE, PIECE)
    return [text[k - WARM : k + PIECE + 1] for text in texts for k in starts]


Spot = tuple[int, tuple[Any, ...]]  # where a window begins, and its stratum


def sentences(text: str) -> tuple[list[Spot], list[Spot]]:
    """Return where new sentences begin, and where something else does after a comma: the mark, and (gap, capital)."""
    found: tuple[list[Spot], list[Spot]] = ([], [])
    for match in re.finditer(r"(?=([.!?,;:])([ \n])([A-Z]))", text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start() + 1]
        if not line.isupper():  # who speaks
            found[match[1] in ",;:"].append((match.start(), (match[2], match[3])))
    return found


def words(text: str, wanted: set[str]) -> tuple[list[Spot], list[Spot]]:
    """Return where words in small letters end, of those wanted and of others: where the last two letters begin."""
    found: tuple[list[Spot], list[Spot]] = ([], [])
    for match in re.finditer(r"(?<![A-Za-z'])([a-z]{3,})([^A-Za-z'])", text):
        word, sign = match[1], match[2]
        found[word not in wanted].append((match.end(1) - 2, (min(len(word), 8), word[-1], sign)))
    return found


def spaces(text: str) -> tuple[list[Spot], list[Spot]]:
    """Return the space after a function word, and after another word in small letters, with (length, last letter)."""
    found: tuple[list[Spot], list[Spot]] = ([], [])
    for match in re.finditer(r"(?<![A-Za-z'])([a-z]{2,})( )", text):
        word = match[1]
        found[word not in FUNCTION].append((match.start(2), (min(len(word), 6), word[-1])))
    return found


# name -> gate, how many steps, whether the claim has it lower
CLAIMS = {
    "sentence": ("forget", 3, True),
    "nouns": ("input", 3, False),
    "grammar": ("output", 1, False),
}


def pairs(texts: Texts) -> dict[str, Pairs]:
    """Return the pairs of each claim in pieces of texts, (n, 2): the step in a piece, and which."""
    known = nouns("\n".join(plays().learn.values()))
    kinds = {"sentence": sentences, "nouns": lambda text: words(text, known), "grammar": spaces}
    found = {}
    for name, of in kinds.items():
        sides: list[list[tuple[int, int, Any]]] = [[], []]
        for n, text in enumerate(texts):
            for side, spots in zip(sides, of(text), strict=True):
                side += [(t, n, stratum) for t, stratum in spots if WARM <= t < len(text) - 1 - AHEAD]
        places, partners = (np.array([spot[:2] for spot in side]) for side in sides)
        strata, others = ([spot[2] for spot in side] for side in sides)
        found[name] = measures.paired(places, strata, partners, others)
    return found


class Bench:
    """What all nets of this kind are asked: the same pieces and pairs."""

    def __init__(self) -> None:
        texts = plays()
        self.letters = alphabet(texts.learn)
        self.texts = pieces(list(texts.test.values()))
        self.x = np.stack([nets.encode(text, self.letters) for text in self.texts], 1)
        self.pairs = pairs(self.texts)

    def learnt(self, seed: int, folder: Path) -> nets.Net:
        """Return a net as ``text`` trains it: one of those that it keeps, or one that is trained now and kept here."""
        if seed in trials.SEEDS["test"]:
            return trials.stored(seed)
        from safetensors.numpy import save_file

        path, kind = folder / f"text-{seed}.safetensors", trials.KINDS["LSTM"]
        if not path.exists():
            learn = nets.encode("".join(plays().learn.values()), self.letters)
            rate = trials.tested(trials.load(), "LSTM")[0].rate
            save_file(halves(nets.learn(learn, len(self.letters), kind, rate, seed)[0]), path)
        return nets.put(nets.Net(kind, len(self.letters), seed), kept(path))

    def untrained(self, seed: int) -> nets.Net:
        """Return a net of the same seed that has learnt nothing."""
        return nets.Net(trials.KINDS["LSTM"], len(self.letters), seed)

    def measure(self, seed: int, folder: Path) -> dict[str, Any]:
        """Return all that is measured of one net, and of the same before it learnt."""
        net, raw = self.learnt(seed, folder), self.untrained(seed)
        bits = np.concatenate([nets.surprise(net, nets.encode(text, self.letters)) for text in plays().test.values()])
        model, readout = weights(net)
        reading = cells.read(model, self.x[:-1])
        fixed = cells.means(reading)
        blank = cells.read(weights(raw)[0], self.x[:-1])
        cost = partial(clamped, model, readout, self.x, reading)
        found: dict[str, Any] = {
            "score": float(bits.mean()),
            "claims": measures.of_claims(CLAIMS, self.pairs, (reading, blank), fixed, cost),
        }
        found["frozen"] = frozen(model, readout, self.x, reading)
        found["saturation"] = {gate: measures.saturation(getattr(reading, gate)[WARM:]) for gate in GATES}
        found["probe"] = {
            name: probes(one.c, self.x, self.texts) for name, one in (("learnt", reading), ("untrained", blank))
        }
        return found

    def afterwards(self, seed: int, folder: Path) -> dict[str, list[float]]:
        """Return of each claim what was thought of after the measures, as ``record.afterwards`` has it."""
        net, raw = self.learnt(seed, folder), self.untrained(seed)
        reading, blank = (cells.read(weights(one)[0], self.x[:-1]) for one in (net, raw))
        inside = np.repeat((np.arange(len(reading.c)) >= WARM)[:, None], self.x.shape[1], 1)
        return measures.afterwards_of_claims(CLAIMS, self.pairs, (reading, blank), inside)


def weights(net: nets.Net) -> tuple[Cells, tuple[NDArray[Any], NDArray[Any]]]:
    """Return a net's cells, and weight and bias of its read-out."""
    values = {name: value.detach().numpy() for name, value in net.named_parameters()}
    return cells.cells_of(values), (values["readout.weight"], values["readout.bias"])


def surprise(h: NDArray[Any], readout: tuple[NDArray[Any], NDArray[Any]], wanted: NDArray[np.int64]) -> NDArray[Any]:
    """Return -log2 p of the characters that follow, (T, N), from h (T, N, H)."""
    scores = h @ readout[0].T + readout[1]
    top = scores.max(-1, keepdims=True)
    log = top[..., 0] + np.log(np.exp(scores - top).sum(-1))
    return np.asarray((log - np.take_along_axis(scores, wanted[..., None], -1)[..., 0]) / np.log(2.0))


def clamped(
    model: Cells,
    readout: tuple[NDArray[Any], NDArray[Any]],
    x: NDArray[np.int64],
    reading: Reading,
    places: NDArray[np.int64],
    width: int,
    held: Held,
) -> float:
    """Return the bits that holding a gate in the window at a place adds to the next 20 characters, mean over places."""
    t, n = places.T
    state = cells.before(reading, places)
    after = x[t + np.arange(AHEAD + 1)[:, None], n]  # (21, n)
    where = np.repeat((np.arange(AHEAD) < width)[:, None], len(places), 1)
    h = cells.read(model, after[:-1], state, held._replace(where=where)).h
    usual = np.stack([reading.h[t + k, n] for k in range(AHEAD)])
    return float((surprise(h, readout, after[1:]) - surprise(usual, readout, after[1:])).sum(0).mean())


def frozen(
    model: Cells, readout: tuple[NDArray[Any], NDArray[Any]], x: NDArray[np.int64], reading: Reading
) -> dict[str, float]:
    """Return the bits a character with all gates at work, with each held at its mean everywhere, and with all."""

    def bits(h: NDArray[Any]) -> float:
        return float(surprise(h[WARM:], readout, x[1 + WARM :]).mean())

    found = {"none": bits(reading.h)}
    for name, held in cells.held_still(cells.means(reading)).items():
        found[name] = bits(cells.read(model, x[:-1], None, *held).h)
    return found


def probes(c: NDArray[Any], x: NDArray[np.int64], texts: Texts) -> dict[str, Any]:
    """Return how much of a place a linear probe reads from c: fitted on two plays' pieces, judged on the third's.

    "properties" has the share of variance explained, by name; "back" how often the character so many places back is
    read rightly, for each of ``BACK``, by least squares on its 1-of-V code; "most" how often the commonest is right.

    Args:
        c: (T, N, H), of pieces in the order of plays.
        x: the pieces, (T + 1, N).
        texts: the same as texts.
    """
    T, N = c.shape[:2]
    first, last = np.arange(N) < 2 * N // 3, np.arange(N) >= 2 * N // 3
    steps = np.arange(WARM, T)

    def some(values: NDArray[Any], which: NDArray[np.bool_]) -> NDArray[Any]:
        return values[steps][:, which].reshape(-1, *values.shape[2:])

    def features(which: NDArray[np.bool_]) -> NDArray[Any]:
        held = np.tanh(some(c, which).astype(float))
        return np.c_[some(c, which), held, np.ones(len(held))]

    A, B = features(first), features(last)
    inverse = np.linalg.inv(A.T @ A + 1e-3 * len(A) * np.eye(A.shape[1]) / A.shape[1])
    each = [text_measure.properties(text[:-1]) for text in texts]
    found: dict[str, Any] = {"properties": {}, "back": []}
    for name in each[0]:
        y = np.stack([one[name] for one in each], 1)
        wanted, there = some(y, first), some(y, last)
        said = B @ (inverse @ (A.T @ wanted))
        found["properties"][name] = float(1.0 - ((there - said) ** 2).mean() / there.var())
    for k in BACK:
        past = np.roll(x, k, 0)[:T]
        code = np.eye(int(x.max()) + 1)[some(past, first)]
        there = some(past, last)
        found["back"].append(float(((B @ (inverse @ (A.T @ code))).argmax(1) == there).mean()))
    most = np.bincount(some(x[:T], first)).argmax()
    found["most"] = float((some(x[:T], last) == most).mean())
    return found
