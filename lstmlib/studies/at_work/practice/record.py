"""What is stored of the recipes that are about learning: a line a net; what was chosen, and what came out."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from lstmlib.studies import journal, protocol
from lstmlib.studies.cells import ranking
from lstmlib.studies.cells.settings import RATES, TEST, VALIDATION

FOLDER = Path(__file__).parents[1] / "results"
RECIPES = ("clipping", "carried")
# The side that the others of a recipe are held against.
REFERENCE = {"clipping": "LSTM, whole", "carried": "carried"}


class Trial(NamedTuple):
    """One net."""

    recipe: str
    part: str  # "validation" or "test"
    side: str
    setting: tuple[float, ...]  # what the side leaves to be chosen; the learning rate comes last
    seed: int
    loss: dict[str, float]  # by the number of updates, or at the "end"; lower is better
    more: dict[str, float]  # what else was counted


def module(recipe: str) -> ModuleType:
    """Return what a recipe's nets are; it needs PyTorch."""
    return import_module(f"lstmlib.studies.at_work.practice.{recipe}")


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    found = journal.lines(folder / "practice.jsonl")
    return [Trial(**(one | {"setting": tuple(one["setting"])})) for one in found]


Setting = tuple[tuple[float, ...], str]  # what was chosen, and after how many updates


def search(trials: list[Trial], recipe: str, side: str) -> dict[Setting, list[float]]:
    """Return what each setting and number of updates reached on the validation seeds, as ``chosen`` takes it."""
    searched = [one for one in trials if one[:3] == (recipe, "validation", side)]
    return protocol.by_setting(((one.setting, mark), value) for one in searched for mark, value in one.loss.items())


def chosen(trials: list[Trial], recipe: str, side: str) -> Setting:
    """Return the setting and the number of updates of a side's test nets."""
    return protocol.chosen(search(trials, recipe, side))


def tested(trials: list[Trial], recipe: str, side: str) -> list[Trial]:
    """Return the test nets of what was chosen for a side, by seed."""
    setting, _ = chosen(trials, recipe, side)
    return sorted((one for one in trials if one[:4] == (recipe, "test", side, setting)), key=lambda one: one.seed)


def values(trials: list[Trial], recipe: str, side: str) -> list[float]:
    """Return what a side's test nets reached, by seed."""
    mark = chosen(trials, recipe, side)[1]
    return [one.loss[mark] for one in tested(trials, recipe, side)]


def sides(trials: list[Trial], recipe: str) -> list[str]:
    """Return a recipe's sides that are stored, in the order in which they ran."""
    return list(dict.fromkeys(one.side for one in trials if one.recipe == recipe))


def table(trials: list[Trial], recipe: str, reference: str = "", only: tuple[str, ...] = ()) -> list[protocol.Row]:
    """Hold a recipe's sides against one, by ``protocol.against``.

    Args:
        trials: as ``load`` returns them.
        recipe: one of ``RECIPES``.
        reference: the side; that of ``REFERENCE`` if none is given.
        only: the other sides; all if none are given.
    """
    reference = reference or REFERENCE[recipe]
    made = {side: side_of(trials, recipe, side) for side in sides(trials, recipe)}
    others = [made[side] for side in only or made if side != reference]
    return protocol.against(made[reference], others)


def side_of(trials: list[Trial], recipe: str, side: str) -> protocol.Side:
    """Return a side's test nets, with what was chosen for it."""
    (*shares, rate), mark = chosen(trials, recipe, side)
    said = "".join(f"{share:.0%} left out, " for share in shares).replace("%", " percent") + f"rate {rate:g}"
    return protocol.Side(side, said + (f", {mark} updates" if mark.isdigit() else ""), values(trials, recipe, side))


def biases() -> tuple[protocol.Side, list[protocol.Row]]:
    """Return LSTMs that start their forget gates at 0, and those that start them at 1 and 3 held against these.

    The nets are those of ``lstmlib.studies.cells``: vanilla cells that add two marked numbers of 22 to 24. Each bias
    has the learning rate that is best for it on the validation seeds.
    """
    made = []
    for bias in (0.0, 1.0, 3.0):
        seen = {rate: ranking.values("adding", "V", (bias, rate), seeds=VALIDATION) for rate in RATES}
        rate = protocol.chosen(seen)
        made.append(
            protocol.Side(f"{bias:g}", f"rate {rate:g}", ranking.values("adding", "V", (bias, rate), seeds=TEST))
        )
    return made[0], protocol.against(made[0], made[1:])


def run(folder: Path = FOLDER) -> None:
    """Run what isn't stored yet: every side's search, longer where its best rate lies at an end, then its test nets.

    Args:
        folder: where "practice.jsonl" is; each line is written as a net is done.
    """
    for recipe in RECIPES:
        what = module(recipe)
        for side, given in what.SIDES.items():
            rates = list(what.RATES)
            new = list(what.RATES)
            while new:
                for setting in ((*own, rate) for own in given for rate in new):
                    for seed in what.SEEDS["validation"]:
                        _once(folder, Trial(recipe, "validation", side, setting, seed, {}, {}))
                more = protocol.beyond(chosen(load(folder), recipe, side)[0][-1], sorted(rates))
                new = [] if more is None or len(rates) > len(what.RATES) + 1 else [more]
                rates += new
            setting, _ = chosen(load(folder), recipe, side)
            for seed in what.SEEDS["test"]:
                _once(folder, Trial(recipe, "test", side, setting, seed, {}, {}))


def _once(folder: Path, wanted: Trial) -> None:
    """Train a net and write what came of it, if it isn't stored."""
    if any(one[:5] == wanted[:5] for one in load(folder)):
        return
    loss, more = module(wanted.recipe).learn(wanted.side, wanted.setting, wanted.seed, wanted.part)
    found = wanted._replace(
        loss={name: round(value, 5) for name, value in loss.items()},
        more={name: round(value, 5) for name, value in more.items()},
    )
    journal.add(folder / "practice.jsonl", found)
    print(*found[:5], found.loss, flush=True)
