"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.music import check_apart, check_roll, check_turn
from lstmlib.figures.chorale import CADENCE
from lstmlib.studies.at_work.music import reading

PAGE = CHAPTERS / "music.ipynb"
CHECKED = ["ex-music-roll", "ex-music-apart", "ex-music-turn"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    given = {"np": np, "reading": reading, "CADENCE": CADENCE}
    assert len(check_all_solutions(PAGE, "ex-music-", capsys, given)) == 5


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def rolled(chords, first=21):
    roll = np.zeros((len(chords), 88))
    for t, chord in enumerate(chords):
        roll[t, [key - first for key in chord if key - first < 88]] = 1
    return roll


def surprise(scores, chord):
    return np.log1p(np.exp(scores)) - chord * scores


def turn(scores, below, chord):
    return surprise(scores + below @ chord, chord).sum()


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_roll, lambda chords: rolled(chords).T, "the other way round"),
        (check_roll, lambda chords: rolled(chords, 20), "A0, has the MIDI number 21"),
        (check_roll, lambda chords: rolled(chords) * np.arange(21, 109), "only whether the key sounds"),
        (check_apart, lambda s, c: (surprise(s, c) * c).sum(), "stay silent count, too"),
        (check_apart, lambda s, c: surprise(s, c).mean(), "add up"),
        (check_apart, lambda s, c: surprise(s, c).sum() / np.log(2), "in bits"),
        (check_turn, turn, "must not see itself, nor those above"),
        (check_turn, lambda s, b, c: turn(s, np.triu(b, 1), c), "sees those below"),
        (check_turn, lambda s, b, c: turn(s, np.tril(b), c), "below the diagonal alone"),
        (check_turn, lambda s, b, c: turn(s, 0 * b, c), "without the lower keys"),
    ],
)
def test_mistakes_are_known(check, answer, hint, capsys):
    check(answer)
    *_, line = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
