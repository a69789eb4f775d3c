"""Does the order turn when nets are larger, read the plays more often, and have dropout? What they reached, by round.

``python -m lstmlib.studies.at_work text`` runs what isn't stored; stopped, it goes on from the last whole round.
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from lstmlib.data.plays import Plays, alphabet, plays
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.halves import halves, kept
from lstmlib.studies.at_work.text import measure, nets, record
from lstmlib.studies.at_work.text.trials import FOLDER

SIZE, ROUNDS = 256, 10  # cells; how often the plays are read
RATES, SEARCHED = (0.003, 0.01, 0.03), 100  # one round each, without dropout; the seed, used for nothing else
DROPOUT, SEEDS = 0.2, (0, 1, 2)  # as ``nets.Net`` takes it; of its nets that are judged: without it the first alone
KEPT = "text-longer.safetensors"  # the net with dropout of the first seed
PIECES = 32  # read side by side when a net is watched
STRETCH = 1000  # characters over whose means the interval of ``gain`` goes


class Setting(NamedTuple):
    """What is chosen or compared."""

    rate: float
    dropout: float = 0.0


class Trial(NamedTuple):
    """One net: what it is, what it reached after each round, and what it cost."""

    part: str  # "search" or "test"
    size: int
    rounds: int
    rate: float
    dropout: float
    seed: int
    learnt: list[float]  # bits in each round on what it learnt from, with dropout at work
    watched: list[float]  # bits after each round on the plays for choosing
    seconds: list[float]  # of one processor core until then, for training alone
    plays: dict[str, float]  # bits on each test play; none in a search
    bits: float | None  # on all of them
    kinds: list[float]  # by kind of character, as ``measure.KINDS`` has them
    mixed: list[float]  # the share that is best on the plays for choosing, and the bits on the test plays with it
    back: list[float]  # what ``measure.looking_back`` finds, another place before the true characters


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored nets."""
    return journal.read(folder / "text-longer.jsonl", Trial)


def stored(folder: Path = FOLDER) -> nets.Net:
    """Return the net that is kept, rounded to half precision."""
    net = nets.Net(nets.Kind("LSTM", SIZE, ROUNDS), len(alphabet(plays().learn)), 0)
    return nets.put(net, kept(folder / KEPT))


def tested(trials: list[Trial], setting: Setting) -> list[Trial]:
    """Return the nets that are judged with this setting, by seed."""
    return sorted((t for t in trials if (t.part, t.rate, t.dropout) == ("test", *setting)), key=lambda t: t.seed)


def lead(folder: Path = FOLDER) -> tuple[float, float, float]:
    """Return by how many bits the nets with dropout are ahead of the table, and the 95 percent interval over nets."""
    table = record.read(folder)["tables"]["bits"]
    return measure.mean_interval([table - one.bits for one in load(folder) if one.dropout and one.bits is not None])


def gain(folder: Path = FOLDER) -> tuple[float, float, float]:
    """Return by how many bits the kept net is ahead of the table on the test plays, and its 95 percent interval.

    The interval is over stretches of ``STRETCH`` characters, for one net: it says how much the text varies.
    """
    texts, (smoothing, order, _) = plays(), record.tables_chosen(folder)
    letters, net = alphabet(texts.learn), stored(folder)
    table, found = record.table_surprise(texts, smoothing, order, texts.test), []
    for title, text in texts.test.items():
        ahead = table[title] - nets.surprise(net, nets.encode(text, letters))
        found += ahead[: len(ahead) // STRETCH * STRETCH].reshape(-1, STRETCH).mean(1).tolist()
    return measure.mean_interval(found)


def watch(net: nets.Net, texts: list[NDArray[np.int64]]) -> float:
    """Return the bits of texts (T,) cut into ``PIECES`` that are read side by side, each from an empty state.

    A net is at home after some tens of characters, so this is the surprise over whole texts but for one part in
    hundreds, in a thirtieth of the time.
    """
    x = np.concatenate(texts)
    streams = torch.from_numpy(x[: len(x) // PIECES * PIECES].reshape(PIECES, -1).T.copy())
    net.eval()
    with torch.no_grad():
        scores, _ = net(streams[:-1])
        return float(torch.nn.functional.cross_entropy(scores.flatten(0, 1), streams[1:].flatten()) / np.log(2.0))


def train(folder: Path = FOLDER) -> None:
    """Run what isn't stored yet: the search for a rate, then a net with dropout and two without, then more with it.

    The best rate of one round is too high for more, as the plays for choosing say, so there are nets with the one
    below it, too.

    Args:
        folder: where the results of the others are, and where "text-longer.pt" is, from which a stopped net goes on.
    """

    def best(settings: list[Setting]) -> Setting:
        reached = {one: [_once(folder, "search", 1, one, SEARCHED).watched[-1]] for one in settings}
        return protocol.chosen(reached)

    found = protocol.search_rate(Setting(0.0), RATES, best)
    lower = found._replace(rate=protocol.grid_step(found.rate, up=False))
    dropped = lower._replace(dropout=DROPOUT)
    for setting in (found, dropped, lower):
        _once(folder, "test", ROUNDS, setting, SEEDS[0])
    for seed in SEEDS[1:]:
        _once(folder, "test", ROUNDS, dropped, seed)
    measured = record.read(folder)
    if "longer" not in measured:
        record.write(measured | {"longer": gain(folder)}, folder)


def _once(folder: Path, part: str, rounds: int, setting: Setting, seed: int) -> Trial:
    """Return what came of a net; if it isn't stored, train it round by round, and store it."""
    which = (part, SIZE, rounds, *setting, seed)
    for trial in load(folder):
        if trial[: len(which)] == which:
            return trial
    texts, halfway = plays(), folder / "text-longer.pt"
    letters = alphabet(texts.learn)
    text = nets.encode("".join(texts.learn.values()), letters)
    choosing = [nets.encode(one, letters) for one in texts.validation.values()]
    done: dict[str, Any] = {"which": which, "learnt": [], "watched": [], "seconds": [], "stopped": None}
    if halfway.exists() and (found := torch.load(halfway, weights_only=True))["which"] == which:
        done = found
    kind, before = nets.Kind("LSTM", SIZE, rounds), time.process_time()
    net = nets.Net(kind, len(letters), seed)
    if done["stopped"] is not None:
        net.load_state_dict(done["stopped"]["net"])  # all rounds may be over
    for net, stopped, learnt in nets.rounds(
        text, len(letters), kind, setting.rate, seed, setting.dropout, done["stopped"]
    ):
        spent = time.process_time() - before + (done["seconds"] or [0.0])[-1]
        done["seconds"].append(round(spent, 1))
        done["learnt"].append(round(learnt, 5))
        done["watched"].append(round(watch(net, choosing), 5))
        done["stopped"] = stopped
        torch.save(done, halfway)
        print(*which, done["learnt"][-1], done["watched"][-1], done["seconds"][-1], flush=True)
        before = time.process_time()
    keep = folder / KEPT if setting.dropout and seed == SEEDS[0] else None
    judged = _judged(net, texts, folder, keep) if part == "test" else ({}, None, [], [], [])
    trial = Trial(*which, done["learnt"], done["watched"], done["seconds"], *judged)
    journal.add(folder / "text-longer.jsonl", trial)
    halfway.unlink()
    return trial


def _judged(
    net: nets.Net, texts: Plays, folder: Path, keep: Path | None
) -> tuple[dict[str, float], float, list[float], list[float], list[float]]:
    """Return a net's "plays", "bits", "kinds", "mixed" and "back"; it is rounded to half precision, and so kept."""
    rounded = halves(net)
    if keep is not None:
        save_file(rounded, keep)
    letters, (smoothing, order, _) = alphabet(texts.learn), record.tables_chosen(folder)
    own, table = [], []
    for part in (texts.validation, texts.test):
        own.append({title: nets.surprise(net, nets.encode(text, letters)) for title, text in part.items()})
        table.append(np.concatenate([*record.table_surprise(texts, smoothing, order, part).values()]))
    choosing, test = (np.concatenate([*bits.values()]) for bits in own)
    which = np.concatenate([measure.kinds(text) for text in texts.test.values()])
    share = measure.best_share(choosing, table[0])
    mixed = [share, round(float(measure.mixture(test, table[1], share).mean()), 5)]
    each = {title: round(float(bits.mean()), 5) for title, bits in own[1].items()}
    back = measure.looking_back(net, [nets.encode(text, letters) for text in texts.test.values()], False)
    kinds = measure.by_kind(test, which)
    return each, round(float(test.mean()), 5), [round(x, 5) for x in kinds], mixed, [round(x, 5) for x in back]
