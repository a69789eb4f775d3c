"""Which statements a cell needs: known for small notebooks; for a chapter, its stored outputs must come out."""

import ast
import importlib.util
import sys
from pathlib import Path

import nbformat
import pytest

from live_plan import plan
from live_units import before, units

ROOT = Path(__file__).resolve().parents[2]


def needed(*cells):
    """Return the code that the last cell needs, cell by cell."""
    found = units(dict(enumerate(cells)))
    last = [k for k, unit in enumerate(found) if unit.cell == len(cells) - 1]
    return [found[k].source for k in before(found, last)]


def test_only_what_a_cell_uses_comes_before_it():
    assert needed("import numpy as np\nimport json", "a = np.ones(2)\nb = json", "print(a)") == [
        "import numpy as np",
        "a = np.ones(2)",
    ]


def test_the_last_binding_counts_and_what_changes_it_after():
    assert needed("a = [1]", "a = [2]", "a.append(3)", "b = len(a)", "print(a)") == ["a = [2]", "a.append(3)"]
    assert needed("a = {}", "a['x'] = 1", "del a['x']", "a") == ["a = {}", "a['x'] = 1", "del a['x']"]
    assert needed("n = 1", "n += 1", "n") == ["n = 1", "n += 1"]
    assert needed("a = []", "for k in range(3):\n    a += [k]", "a") == ["a = []", "for k in range(3):\n    a += [k]"]


def test_a_condition_may_leave_the_old_value():
    assert needed("a = 1", "if True:\n    a = 2", "a") == ["a = 1", "if True:\n    a = 2"]


def test_who_draws_from_a_generator_changes_it():
    drawn = needed("rng = make()", "x = draw(rng)", "y = rng.normal()", "print(rng.normal())")
    assert drawn == ["rng = make()", "x = draw(rng)", "y = rng.normal()"]


def test_training_changes_a_net_also_through_its_optimiser():
    cells = ["net = Net()", "optimiser = Adam(net.params)", "optimiser.step()", "net"]
    assert needed(*cells) == ["net = Net()", "optimiser = Adam(net.params)", "optimiser.step()"]
    assert needed("net = Net()", "losses = list(train(net))", "net") == ["net = Net()", "losses = list(train(net))"]
    cells = ["def learn(n):\n    train(n)", "net = Net()", "learn(net)", "net"]
    assert needed(*cells) == ["def learn(n):\n    train(n)", "net = Net()", "learn(net)"]


def test_what_is_changed_item_by_item_is_changed():
    cells = ["a = {1: [2]}", "for name, value in a.items():\n    value[0] = 3", "a"]
    assert needed(*cells) == cells[:2]
    cells = ["a = [[[2]]]", "for row in a:\n    for one in row:\n        one[0] = 3", "a"]
    assert needed(*cells) == cells[:2]
    assert needed("a = [1]", "for one in a:\n    print(one)", "a") == ["a = [1]"]


def test_a_function_that_changes_something_does_so_where_it_is_called_or_handed_on():
    cells = ["seen = []", "def watch(x):\n    seen.append(x)", "y = [1]", "learn(watch)", "seen"]
    assert needed(*cells) == ["seen = []", "def watch(x):\n    seen.append(x)", "learn(watch)"]


def test_a_function_takes_its_names_where_it_is_called():
    cells = ["def f():\n    return scale", "scale = 2", "print(f())"]
    assert needed(*cells) == ["def f():\n    return scale", "scale = 2"]


def test_names_inside_a_function_or_comprehension_are_its_own():
    assert needed("k = 1", "print([k for k in range(3)], (lambda k: k)(2))") == []


def test_an_import_comes_name_by_name_and_a_line_for_ipython_is_no_code():
    assert needed("from math import sin, cos", "%pip install x", "cos(0)") == ["from math import cos"]


def notebook(*cells):
    made = [nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in cells]
    return nbformat.v4.new_notebook(cells=made)


def test_a_plan_says_what_runs_and_what_it_feeds():
    found = plan(
        notebook(
            ("import numpy as np\nimport torch\nimport matplotlib.pyplot as plt", ["remove-input"]),
            ("x = np.ones(3)", ["hide-input"]),
            ("plt.plot(x)", ["remove-input"]),
            ("torch.ones(3)", []),
            ("import scipy.stats", ["remove-cell"]),
        )
    )
    assert list(found["cells"]) == [1]
    assert found["cells"][1]["feeds"] == [2]
    assert found["cells"][1]["parts"] == []
    assert found["hidden"][2]["parts"] == ["plots"]
    assert found["missing"] == {3: ["torch"]}


class Said(list):
    """What a cell hands on: kind and text."""

    def __call__(self, kind, text):
        self.append((kind, text))


@pytest.fixture(autouse=True)
def backend(monkeypatch):
    """What the page's module sets in the environment is gone with the test: kernels that start later inherit it."""
    monkeypatch.setenv("MPLBACKEND", "agg")


def live_page():
    spec = importlib.util.spec_from_file_location("live_page", ROOT / "book" / "_live" / "python" / "live_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHAPTERS = ["transformer"]


@pytest.mark.parametrize("name", CHAPTERS)
def test_with_what_the_plan_says_alone_a_cell_prints_what_is_stored(name, monkeypatch):
    page = live_page()
    monkeypatch.setenv("MPLBACKEND", "agg")  # the module has set the page's own
    stored = nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4)
    found = plan(stored)
    compared = 0
    for number, about in found["cells"].items():
        page.SPACE.clear()
        page.SPACE["__name__"] = "__main__"
        said = Said()
        for unit in about["before"]:
            assert page.run(found["units"][unit]["source"], "before", said, False), said
        assert page.run(about["source"], "cell", said), said
        for kind, field in (("text", "text"), ("html", "text/html")):
            wanted = "".join(o.get(field, "") or o.get("data", {}).get(field, "") for o in stored.cells[number].outputs)
            if wanted:
                assert "".join(text for k, text in said if k == kind) == wanted
                compared += 1
    assert compared > 2


def test_what_a_cell_prints_shows_and_raises_is_handed_on():
    page, said = live_page(), Said()
    assert page.run("print('a', end='')\nprint('b')\n1 + 1", "c", said)
    assert said == [("text", "ab\n"), ("text", "2\n")]
    said.clear()
    assert page.run("{'b' * k: 'a' * 30 for k in (2, 1, 3)}", "c", said)
    assert said == [("text", "{{'bb': '{0}',\n 'b': '{0}',\n 'bbb': '{0}'}}\n".format("a" * 30))]
    said.clear()
    assert page.run("3;", "c", said)
    assert page.run("print(1)\n2", "c", said, False)
    assert said == []
    assert not page.run("def f():\n    1 / 0\nf()", "<code 1>", said, False)
    assert said[0][0] == "error"
    assert said[0][1].endswith("ZeroDivisionError: division by zero\n")
    assert "    1 / 0\n" in said[0][1]
    assert "live_page" not in said[0][1]
    said.clear()
    assert not page.run("1 0", "<code 1>", said)
    assert said[0][1].startswith('  File "<code 1>", line 1\n')
    assert "SyntaxError" in said[0][1]
    said.clear()
    assert page.run("while len(str(i := globals().get('i', 0) + 1)) < 6: print(i)", "c", said)
    assert sum(len(text) for _, text in said) < page.MOST + 100
    assert "isn't shown" in said[-1][1]


def test_what_stands_in_for_others_has_what_the_chapters_use():
    """The names that chapters and library take from IPython, MyST-NB and anywidget."""
    folder = ROOT / "book" / "_live" / "python"
    offered = {}
    for module, file in {"IPython": "IPython/__init__.py", "IPython.display": "IPython/display.py"}.items():
        offered[module] = {n.name for n in ast.parse((folder / file).read_text()).body if hasattr(n, "name")}
    offered["myst_nb"], offered["anywidget"] = {"glue"}, {"AnyWidget"}
    taken = []
    for path in [*(ROOT / "lstmlib").rglob("*.py"), *(ROOT / "book").glob("*.ipynb")]:
        text = path.read_text(encoding="utf8")
        for line in text.replace("\\n", "\n").splitlines():
            for module in offered:
                if line.strip().startswith(f"from {module} import "):
                    names = line.split(" import ", 1)[1].split("#")[0].rstrip('", ').split(",")
                    taken += [(module, name.strip()) for name in names]
    assert ("IPython.display", "Markdown") in taken
    assert [(module, name) for module, name in taken if name not in offered[module]] == []
    assert sys.version_info >= (3, 11)
