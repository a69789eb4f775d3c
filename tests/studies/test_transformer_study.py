"""What LSTM and transformer learn: sizes agree, both see the past alone, a run learns, the stored runs are whole."""

import numpy as np
import pytest

from lstmlib.studies.transformer import NETS, TASKS, learn, main, make_net, of, share_right, stored

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("name", TASKS)
def test_both_nets_have_nearly_as_many_parameters(name):
    sizes = TASKS[name].sizes
    lstm, transformer = (make_net(kind, sizes, 0).num_parameters for kind in NETS)
    assert abs(lstm / transformer - 1) < 0.03


@pytest.mark.parametrize("kind", NETS)
def test_both_see_the_past_alone_and_the_seed_is_all_that_matters(kind):
    x = torch.randn(9, 2, 3, generator=torch.Generator().manual_seed(1))
    y = make_net(kind, (3, 2), 5)(x)
    assert torch.equal(y, make_net(kind, (3, 2), 5)(x))
    assert not torch.equal(y, make_net(kind, (3, 2), 6)(x))
    x[6:] += 1.0
    changed = (make_net(kind, (3, 2), 5)(x) - y).abs().amax((1, 2))
    assert changed[:6].max() < 1e-6
    assert changed[6:].min() > 1e-4


def test_an_unknown_net_is_refused():
    with pytest.raises(ValueError, match="kind is 'GRU', expected one of LSTM, transformer"):
        make_net("GRU", (2, 2), 0)


@pytest.mark.parametrize("name", TASKS)
def test_a_run_of_every_task_says_what_it_can(name):
    run = learn(name, "LSTM", 0, updates=2, size=4)
    assert run["updates"] is None
    assert list(run["right"]) == [str(length) for length in TASKS[name].test]
    assert all(0.0 <= share <= 1.0 for share in run["right"].values())


def test_one_that_learns_gets_better():
    task = TASKS["parity"]
    before = share_right(make_net("LSTM", task.sizes, 0), task, 3)
    assert before < 0.9
    run = learn("parity", "LSTM", 0, updates=400)
    assert run["right"]["10"] > 0.95


def test_the_command_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    import lstmlib.studies.transformer as module

    asked = []

    def quick(name, kind, seed):
        asked.append((name, kind, seed))
        return {"task": name, "net": kind, "seed": seed, "right": {"20": 1.0}, "updates": None}

    monkeypatch.setattr(module, "learn", quick)
    path = tmp_path / "runs.json"
    main(["parity", "--seeds", "1", "--output", str(path)])
    assert len(asked) == len(NETS)
    main(["parity", "--seeds", "3", "--output", str(path)])
    assert len(asked) == len(set(asked)) == len(stored(path)) == 3 * len(NETS)
    assert [run["seed"] for run in of(stored(path), "parity", "LSTM")] == [0, 1, 2]


def test_what_is_stored_has_the_same_seeds_of_both_nets_and_at_least_three():
    runs = stored()
    for name in TASKS:
        seeds = [[run["seed"] for run in of(runs, name, kind)] for kind in NETS]
        assert seeds[0] == seeds[1] == list(range(len(seeds[0])))
        assert len(seeds[0]) >= 3
        for kind in NETS:
            mine = of(runs, name, kind)
            assert all(list(run["right"]) == [str(length) for length in TASKS[name].test] for run in mine)


def test_a_stored_run_can_be_made_again():
    was = of(stored(), "parity", "LSTM")[0]
    now = learn("parity", "LSTM", 0)
    # Another machine's arithmetic moves a trained net a little; what it can do stays.
    assert np.allclose(list(now["right"].values()), list(was["right"].values()), atol=0.1)
