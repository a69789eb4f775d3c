"""What a net does step by step: one sequence of its task, and the same sequence with another thing to be kept."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.lstm1997 import LSTM1997
from lstmlib.online.net import Net
from lstmlib.paper.trials import draw
from lstmlib.paper.watch import Plan
from lstmlib.tasks.embedded_reber import SYMBOLS as OF_STRINGS
from lstmlib.tasks.embedded_reber import as_symbols
from lstmlib.tasks.symbols import Symbols, one_hot
from lstmlib.tasks.temporal_order import SYMBOLS

STRING = "BTBPTTVPXTTVVETE"  # of experiment 1: both loops, and 12 steps between the second symbol and its return


class Example(NamedTuple):
    """One sequence, and its twin: the same but for what has to be kept.

    Attributes:
        x: inputs (T, D).
        twin: those of the other (T, D).
        marked: the steps that matter, counted from 0: where something is to be kept, and last where it is asked for.
        answers: what is asked for at the last of these, of the sequence and of its twin: numbers of output units, or
            values.
        text: the sequence as symbols; empty where it consists of numbers.
    """

    x: Array
    twin: Array
    marked: tuple[int, ...]
    answers: tuple[float, float]
    text: str


class Steps(NamedTuple):
    """What a net did over one sequence.

    Attributes:
        inward: activations of the input gates (T, B).
        contents: states s of the cells, block by block (T, C).
        outward: activations of the output gates (T, B); (T, 0) if there are none.
        outputs: what the net says at every step, asked or not (T, O).
    """

    inward: Array
    contents: Array
    outward: Array
    outputs: Array


def read(net: Net, params: dict[str, Array], x: Array) -> Steps:
    """Let a net read one sequence with the learner that is written to be read.

    Args:
        net: sizes and connections.
        params: name -> array.
        x: inputs (T, D).
    """
    learner, found = LSTM1997(net, params), []
    B, C = net.num_blocks, net.num_cells
    for inputs in x:
        y = learner.step(inputs)
        found.append((learner.a[:B], learner.s, learner.a[B + C :], y))
    return Steps(*(np.array(part) for part in zip(*found, strict=True)))


def example(plan: Plan, seed: int = 0) -> Example:
    """Draw one sequence of an experiment, and make its twin.

    The twin differs in the string's second symbol (1), the first symbol (2a, 2b), the second (2c), the sign of the
    informative elements (3), the first marked number, which is -X or 1 - X there (4, 5), or the first signal (6).

    Args:
        plan: which experiment.
        seed: of the sequence; experiment 1 has one string.
    """
    row = plan.row
    if row.experiment == "1":
        return _of_strings(STRING)
    drawn: Any = draw(row, plan.reading, 1, np.random.default_rng(seed))
    T, last = int(drawn.lengths[0]), int(drawn.lengths[0]) - 1
    if isinstance(drawn, Symbols):
        return _of_symbols(plan, drawn, T)
    x = drawn.x[:T, 0]
    twin, answer = x.copy(), float(drawn.target[last, 0, 0])
    if row.experiment in ("4", "5"):
        first, second = np.flatnonzero(x[:, 1] == 1.0)
        twin[first, 0] = -x[first, 0] if row.experiment == "4" else 1.0 - x[first, 0]
        pair = twin[[first, second], 0]
        other = 0.5 + pair.sum() / 4.0 if row.experiment == "4" else pair.prod()
        return Example(x, twin, (int(first), int(second), last), (answer, float(other)), "")
    informative = int(row.task["informative"])
    twin[:informative] *= -1.0
    return Example(x, twin, (informative - 1, last), (answer, 1.0 - answer), "")


def stretched(plan: Plan, seed: int, wait: int) -> Array:
    """Draw the sequence of a seed with more steps before its last one, drawn like the task's others.

    Args:
        plan: an experiment, but neither 1, whose strings follow a grammar, nor 2a, whose symbols are a chain.
        seed: of the sequence, as for ``example``; the steps that are added are drawn with ``[seed, 1]``.
        wait: how many are added.

    Returns:
        inputs (T + wait, D).

    Raises:
        ValueError: experiment 1 or 2a, or a negative number of steps.
    """
    experiment, task = plan.row.experiment, plan.row.task
    if experiment in ("1", "2a"):
        raise ValueError(f"the sequences of experiment {experiment} can't be made longer, expected 2b to 6b")
    if wait < 0:
        raise ValueError(f"wait is {wait}, expected 0 or more steps")
    x, rng = example(plan, seed).x, np.random.default_rng([seed, 1])
    if experiment[0] in "26":
        last = int(task.get("num_distractors", task.get("lag", 0) - 1))
        low, high = (2, 6) if experiment[0] == "6" else (0, last)
        more = np.eye(plan.net.input_size)[rng.integers(low, high, size=wait)]
    elif experiment[0] == "3":
        more = np.sqrt(0.2) * rng.standard_normal((wait, 1))
    else:
        values = rng.random(wait)
        more = np.column_stack([2.0 * values - 1.0 if experiment == "4" else values, np.zeros(wait)])
    return np.concatenate([x[:-1], more, x[-1:]])


def exchanged(
    plan: Plan, params: dict[str, Array], seed: int, cells: Sequence[int], before: int = 10
) -> tuple[Array, Array]:
    """Let a net read a sequence and its twin, exchange the contents of some cells on the way, and let it read on.

    Nothing else is exchanged; so if the answers turn, what was asked for lay in these contents.

    Args:
        plan: which experiment.
        params: of the net, name -> array.
        seed: of the sequence, as for ``example``.
        cells: numbers of the cells, counted from 0, block by block.
        before: how many steps before the question the contents are exchanged.

    Returns:
        outputs at the question, of the sequence and of its twin (O,) each.

    Raises:
        ValueError: a cell that the net doesn't have, or a step before the sequence begins.
    """
    seen, held = example(plan, seed), list(cells)
    at = seen.marked[-1] - before
    if not set(held) <= set(range(plan.net.num_cells)):
        raise ValueError(f"cells are {held}, expected numbers from 0 to {plan.net.num_cells - 1}")
    if not 0 <= at <= seen.marked[-1]:
        raise ValueError(f"before is {before}, expected 0 to {seen.marked[-1]} steps")
    pair = [(LSTM1997(plan.net, params), x) for x in (seen.x, seen.twin)]
    for learner, x in pair:
        for inputs in x[:at]:
            learner.step(inputs)
    contents = np.array([learner.s for learner, _ in pair])
    contents[:, held] = contents[::-1, held]
    said = []
    for (learner, x), s in zip(pair, contents, strict=True):
        learner.s = s
        said.append([learner.step(inputs) for inputs in x[at : seen.marked[-1] + 1]][-1])
    return said[0], said[1]


def is_right(plan: Plan, said: Array, answer: float) -> bool:
    """Say whether outputs are right by the row's rule: all errors below its tolerance, or the highest one's place.

    Args:
        plan: an experiment.
        said: outputs at the step at which the net is asked (O,).
        answer: of ``Example.answers``.
    """
    if plan.row.tolerance == 0.0:
        return int(said.argmax()) == answer
    wanted = np.array([answer]) if len(said) == 1 else np.eye(len(said))[int(answer)]
    return bool((np.abs(wanted - said) < plan.row.tolerance).all())


def _of_strings(string: str) -> Example:
    strings = [string, *(string[0] + k + string[2:-2] + k + string[-1] for k in "TP" if k != string[1])]
    drawn = as_symbols(strings)
    x = one_hot(drawn, len(OF_STRINGS)).x
    asked = len(string) - 3  # the input after which the second symbol is due again
    answers = (float(drawn.target[asked, 0]), float(drawn.target[asked, 1]))
    return Example(x[:, 0], x[:, 1], (1, asked), answers, string)


def _of_symbols(plan: Plan, drawn: Symbols, T: int) -> Example:
    experiment, net = plan.row.experiment, plan.net
    symbols: NDArray[np.int64] = drawn.symbols[:T, 0].copy()
    twin, answer = symbols.copy(), int(drawn.target[T - 1, 0])
    if experiment in ("6a", "6b"):
        signals = np.flatnonzero(symbols >= 6)
        marked = (*(int(at) for at in signals), T - 1)
        twin[signals[0]] = 13 - symbols[signals[0]]
        other = answer ^ (1 << (len(signals) - 1))
        text = "".join(SYMBOLS[k] for k in symbols)
    else:
        at = 1 if experiment == "2c" else 0
        marked, D = (at, T - 1), net.input_size
        twin[at] = 2 * D - 3 - symbols[at]  # x and y are the last two
        other = 1 - answer if experiment == "2c" else int(twin[0])
        special = {D - 2: "x", D - 1: "y"} | ({D - 4: "e", D - 3: "b"} if experiment == "2c" else {})
        text = " ".join(special.get(int(k), f"a{k + 1}") for k in symbols)
    eye = np.eye(net.input_size)
    return Example(eye[symbols], eye[twin], marked, (float(answer), float(other)), text)
