"""What is cut out of the code is what serves the prose alone, and nothing that another cell needs."""

import pytest

from plain_code import gluers, names, without_glue

GLUES = {"glue"}


def test_a_shown_cell_loses_its_glue_and_nothing_else():
    source = (
        'from myst_nb import glue\nimport numpy\n\nx = numpy.ones(3)\n# for the prose\nglue("x", x.sum())\nprint(x)'
    )
    assert without_glue(source, GLUES) == "import numpy\n\nx = numpy.ones(3)\nprint(x)"


@pytest.mark.parametrize(
    "source",
    [
        'glue("a", 1)\nglue("b", 2)',
        'y = f(x)\nassert y > 0\nglue("y", y)',
        'for k in range(3):\n    y = k\n    glue("y", y)',
        'def said(value):\n    return str(value)\n\nif x:\n    glue("a", said(x))\nelse:\n    glue("a", "none")',
    ],
)
def test_a_hidden_cell_that_no_one_needs_goes_whole(source):
    assert without_glue(source, GLUES, {"x"}) == ""


def test_a_hidden_cell_keeps_what_others_need():
    kept = "def twice(v):\n    return 2 * v\n\nfor k in (1, 2):\n    total = twice(k)"
    source = kept + '\n    glue("t", total)\nz = 1\nglue("z", z)'
    assert without_glue(source, GLUES, {"total"}) == kept


@pytest.mark.parametrize("effect", ["train(net)", "net.params['w'][...] = 0", "with torch.no_grad():\n    net.eval()"])
def test_a_hidden_cell_keeps_what_changes_things(effect):
    assert without_glue(f'{effect}\nglue("x", 1)', GLUES, set()) == effect


def test_functions_that_glue_go_with_their_calls():
    source = 'def interval(key, a):\n    low = min(a)\n    glue(key, low)\n\nunits = [1]\ninterval("u", units)'
    found = gluers([source])
    assert found == {"glue", "interval"}
    assert without_glue(source, found) == "units = [1]"


def test_a_line_for_ipython_stays():
    assert without_glue("%pip install x", GLUES, set()) == "%pip install x"
    assert "install" in names("%pip install x")


@pytest.mark.parametrize("source", ['x = 1; glue("x", x)', 'if x:\n    glue("x", x)\nelse:\n    print(x)'])
def test_what_cannot_be_cut_is_said(source):
    with pytest.raises(ValueError, match=r"line \d: "):
        without_glue(source, GLUES)
