"""What a trial is, how nets are trained side by side and judged, and what is stored of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstmlib.studies import journal
from lstmlib.studies.came_back.layers import LAYERS
from lstmlib.studies.came_back.nets import Net, run
from lstmlib.studies.came_back.problems import PROBLEMS, Problem, Rows
from lstmlib.studies.protocol import Side, chosen, next_nets
from lstmlib.studies.side_by_side import Nets, Params

RESULTS = Path(__file__).parent / "results" / "came_back.jsonl"
REFERENCE = "LSTM"
RATES = (0.003, 0.01, 0.03)  # the first grid; it grows until the best lies inside
VALIDATION = (100, 101)
SEARCHED = 3  # the search's nets get one part in so many of the updates
MARKS = 12  # at so many equal parts of the training its loss is noted, the mean of the part
SOLVED = 0.99  # the share of right answers from which a net counts as having it


class Setting(NamedTuple):
    """What is searched for a net: Adam's rate at the first update, which falls in a straight line to 0, and a start."""

    rate: float
    start: float


class Trial(NamedTuple):
    """One net.

    Attributes:
        problem, net: which.
        rate, start: as in ``Setting``.
        seed: of the weights and of the sequences.
        updates: how many.
        curve: the loss of the training, in nats a step, a mean for each of ``MARKS`` parts.
        loss: the loss on sequences that are new, of the lengths that are learnt at.
        found: length -> the share of answers that are right.
        bits: length -> the loss of the same answers, in bits each.
    """

    problem: str
    net: str
    rate: float
    start: float
    seed: int
    updates: int
    curve: list[float]
    loss: float
    found: dict[str, float]
    bits: dict[str, float] | None = None


def losses(kind: str, p: Params, rows: Sequence[Rows]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the loss of each net in nats a step that is asked, its scores and the targets.

    Args:
        kind: one of ``LAYERS``.
        p: the parameters of K nets.
        rows: K draws, a net's own each, or one for all.
    """
    K = next(iter(p.values())).shape[0]
    x = torch.from_numpy(np.stack([part.x for part in rows])).float()
    target = torch.from_numpy(np.stack([part.target for part in rows]))
    x, target = x.expand(K, *x.shape[1:]), target.expand(K, *target.shape[1:])
    y = run(kind, p, x)
    asked = torch.from_numpy(rows[0].asked).to(y.dtype)
    missed = -y.log_softmax(-1).gather(-1, target[..., None])[..., 0]
    return (missed * asked).mean(1).sum(-1) / asked.sum(), y, target


def train(name: str, kind: str, asked: Sequence[tuple[Setting, int]], updates: int) -> list[Trial]:
    """Train nets of one kind side by side, one for each setting and seed; judge them.

    Every update all nets read sequences of one length, drawn anew; nets of one seed read the same ones.

    Args:
        name: of the problem.
        kind: one of ``LAYERS``.
        asked: (setting, seed) of each net.
        updates: how many.
    """
    problem = PROBLEMS[name]
    nets = Nets([Net(kind, *problem.sizes, problem.width, setting.start, seed) for setting, seed in asked])
    rates = torch.tensor([setting.rate for setting, _ in asked])
    lengths = np.random.default_rng(7).choice(problem.learnt, updates)
    sources = {seed: np.random.default_rng([seed, 1]) for _, seed in asked}
    curve = np.zeros((updates, len(asked)))
    for update, length in enumerate(lengths):
        drawn = {seed: problem.draw(int(length), problem.batch, rng, False) for seed, rng in sources.items()}
        loss, _, _ = losses(kind, nets.params(), [drawn[seed] for _, seed in asked])
        curve[update] = loss.detach().numpy()
        nets.descend(loss, rates * (1.0 - update / updates))
    parts = [part.mean(0) for part in np.array_split(curve, min(MARKS, updates))]
    with torch.no_grad():
        judged = judge(problem, kind, nets.params())
    curves = [[_short(part[k]) for part in parts] for k in range(len(asked))]
    return [
        Trial(name, kind, setting.rate, setting.start, seed, updates, curves[k], *judged[k])
        for k, (setting, seed) in enumerate(asked)
    ]


def judge(problem: Problem, kind: str, p: Params) -> list[tuple[float, dict[str, float], dict[str, float]]]:
    """Return for each net the loss at lengths that were learnt at, and what was found at the lengths of the test.

    What was found is the share of right answers and the loss in bits, by the length.

    Sequences are new, and the same for all nets.
    """
    most = max(problem.learnt)
    heard = []
    for length in (most // 4, most // 2, most * 3 // 4, most):
        rows = problem.draw(length, problem.counts, np.random.default_rng([length, 98]), False)
        heard.append(losses(kind, p, [rows])[0].numpy())
    found: dict[str, np.ndarray] = {}
    bits: dict[str, np.ndarray] = {}
    for length in problem.judged:
        rows = problem.draw(length, problem.counts, np.random.default_rng([length, 99]), True)
        loss, y, target = losses(kind, p, [rows])
        right = (y.argmax(-1) == target)[..., torch.from_numpy(rows.asked)].double().mean((1, 2))
        found[str(length)], bits[str(length)] = right.numpy(), loss.numpy() / np.log(2.0)
    return [
        (_short(float(np.mean([part[k] for part in heard]))), _of(found, k), _of(bits, k)) for k in range(len(heard[0]))
    ]


def _of(values: dict[str, np.ndarray], k: int) -> dict[str, float]:
    return {length: round(float(value[k]), 4) for length, value in values.items()}


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def stored(path: Path = RESULTS) -> list[Trial]:
    """Return the trials that are stored."""
    return journal.read(path, Trial)


def validation(trials: Sequence[Trial], name: str, kind: str) -> dict[Setting, list[Trial]]:
    """Return setting -> its validation nets, by rising start and rate."""
    mine = [t for t in trials if (t.problem, t.net) == (name, kind) and t.seed in VALIDATION]
    settings = sorted({Setting(t.rate, t.start) for t in mine}, key=lambda s: (s.start, s.rate))
    return {s: [t for t in mine if (t.rate, t.start) == s] for s in settings}


def setting_of(trials: Sequence[Trial], name: str, kind: str) -> Setting:
    """Return the setting that the validation nets choose, by their loss at lengths that were learnt at."""
    return chosen(_losses(validation(trials, name, kind)))


def _losses(found: dict[Setting, list[Trial]]) -> dict[Setting, list[float]]:
    return {setting: [_finite(t.loss) for t in nets] for setting, nets in found.items()}


def _finite(loss: float) -> float:
    return loss if np.isfinite(loss) else np.inf


def final(trials: Sequence[Trial], name: str, kind: str) -> list[Trial]:
    """Return the nets of the test seeds."""
    mine = [t for t in trials if (t.problem, t.net) == (name, kind) and t.seed not in VALIDATION]
    return sorted(mine, key=lambda t: t.seed)


def side_of(trials: Sequence[Trial], name: str, kind: str, length: int) -> Side:
    """Return a side as ``protocol.against`` takes it: the share of wrong answers, of the text bits a character.

    Half an answer is added to the wrong ones, so that a net without mistakes stays above 0 and ratios are defined.
    """
    problem, mine = PROBLEMS[name], final(trials, name, kind)
    setting = f"{mine[0].rate:g}, {mine[0].start:g}".replace("-", "−")
    if name == "text":
        return Side(kind, setting, [t.bits[str(length)] for t in mine if t.bits])
    asked = problem.counts * (length if name == "recall" else 1)
    wrong = [(asked * (1.0 - t.found[str(length)]) + 0.5) / (asked + 1.0) for t in mine]
    return Side(kind, setting, wrong)


def having(trials: Sequence[Trial], name: str, kind: str, length: int) -> int:
    """Return how many of the test seeds' nets have at least ``SOLVED`` of the answers right at a length."""
    return sum(t.found[str(length)] >= SOLVED for t in final(trials, name, kind))


def wanted(trials: Sequence[Trial], name: str, kind: str) -> tuple[int, list[tuple[Setting, int]]] | None:
    """Return the next nets to train, as updates and (setting, seed); ``None`` if none are left."""
    problem = PROBLEMS[name]
    first = [Setting(rate, start) for start in LAYERS[kind].starts[0 if problem.short else 1 :] for rate in RATES]
    search, test = (problem.updates // SEARCHED, VALIDATION), (problem.updates, range(problem.seeds))
    found, done = _losses(validation(trials, name, kind)), bool(final(trials, name, kind))
    return next_nets(first, found, search=search, test=test, done=done)
