"""The study of timing: what is searched, that a stopped run goes on, and one stored net made again."""

import pytest

from lstmlib.studies import timing
from lstmlib.studies.timing import (
    KINDS,
    TASKS,
    TEST,
    UPDATES,
    VALIDATION,
    Line,
    Setting,
    chosen,
    load,
    longer,
    score,
    settings,
    table,
)


def test_both_kinds_are_searched_alike_and_peepholes_over_their_start_as_well():
    without, both = settings("without"), settings("with")
    assert [one for one in both if not one.closed] == without
    assert [one._replace(closed=True) for one in without] == [one for one in both if one.closed]


def line(setting, needed, loss=0.5, *, validation=True):
    return Line("gap", 9, 1, "without", setting, validation, [needed] * 5, [loss] * 5)


def test_fewer_updates_are_better_and_never_is_worse_than_all():
    assert score(line(Setting(1, 0.01, False), 300)) == [300.0] * 5
    assert score(line(Setting(1, 0.01, False), None)) == [1.5 * UPDATES] * 5
    lines = [line(Setting(bias, rate, False), int(1e5 * rate) + 100) for bias in (1, 3) for rate in (0.003, 0.01, 0.03)]
    task = ("gap", 9, 1)
    assert chosen(lines, task, "without") == Setting(1, 0.003, False)
    assert {one.rate for one in longer(lines, task, "without")} == {0.001}
    lines += [line(Setting(1, 0.001, False), None)]
    assert longer(lines, task, "without") == []


def test_a_stopped_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "UPDATES", 100)
    monkeypatch.setattr(timing, "TASKS", (("gap", 2, 1),))
    monkeypatch.setattr(timing, "BIASES", (3.0,))
    monkeypatch.setattr(timing, "RATES", (0.01, 0.03, 0.1))
    path = tmp_path / "timing.jsonl"
    timing.run(path)
    whole = path.read_text().splitlines()
    path.write_text("\n".join(whole[:2]) + "\n")
    timing.run(path)
    assert path.read_text().splitlines() == whole
    assert {len(one.needed) for one in load(path)} == {len(TEST), len(VALIDATION)}
    load.cache_clear()


def test_the_table_is_whole_and_every_best_rate_lies_inside_its_grid():
    lines, rows = load(), table()
    assert [row.task for row in rows] == list(TASKS)
    assert not [(row.task, kind) for row in rows for kind in KINDS if longer(lines, row.task, kind)]
    for row in rows:
        assert row.settings.keys() == row.right.keys() == KINDS.keys()
        assert row.p <= row.holm <= 1.0
    assert rows[-1].right == {"without": 16, "with": 2}
    assert rows[-1].holm < 0.001


def test_a_stored_net_made_again():
    task, kind = ("gap", 9, 4), "without"
    (kept,) = (one for one in load() if one[:4] == (*task, kind) and not one.validation)
    needed, loss = timing.learn(*task, kind, kept.setting, TEST[0])
    assert needed == kept.needed[0]
    assert loss == pytest.approx(kept.loss[0], rel=0.05)
