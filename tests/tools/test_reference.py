"""The reference: it has every public name, its examples run, its types and shapes can be read."""

import doctest
import importlib
import re
import sys
from pathlib import Path

import pytest

import lstmlib.numpy
import lstmlib.torch
from lstmlib.figures import Tape

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import reference  # noqa: E402

PAGES = sorted((ROOT / "book").glob("api*.md"))
HTML = ROOT / "_build" / "html" / "book"


def documented():
    """Return what the pages name, with its module; and the modules that are documented whole."""
    names, whole = set(), set()
    for page in PAGES:
        module, text = "", page.read_text(encoding="utf8")
        for kind, target, options in re.findall(r"^\.\. (\w+):: ?(\S*)\n((?:   :.*\n)*)", text, re.MULTILINE):
            if kind in ("currentmodule", "automodule"):
                module = target
                whole |= {target} if ":imported-members:" in options else set()
            elif kind in ("autoclass", "autofunction", "data"):
                names.add(target if target.startswith("lstmlib") else f"{module}.{target}")
    return names, whole


@pytest.mark.parametrize("room", ["numpy", "torch", "files", "online", "paper", "tasks", "data", "figures", "plots"])
def test_every_public_name_is_on_a_page(room):
    names, whole = documented()
    module = f"lstmlib.{room}"
    if module in whole:
        return
    have = names | ({"lstmlib.files.load", "lstmlib.files.save"} if room == "files" else set())  # with :members:
    wanted = {f"{module}.{name}" for name in importlib.import_module(module).__all__}
    assert wanted <= have


def test_every_name_on_a_page_exists():
    for name in documented()[0]:
        module, _, thing = name.rpartition(".")
        assert hasattr(importlib.import_module(module), thing), name


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_examples_print_what_the_page_says(page):
    examples = "\n".join(re.findall(r"^```pycon\n(.*?)^```", page.read_text(encoding="utf8"), re.M | re.S))
    test = doctest.DocTestParser().get_doctest(examples, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_ONLY_FIRST_FAILURE)
    runner.run(test)
    assert runner.failures == 0


def test_overview_leads_to_every_page():
    text = (ROOT / "book" / "api.md").read_text(encoding="utf8")
    assert {page.stem for page in PAGES} - {"api"} <= set(re.findall(r"\{doc\}`([\w-]+)`", text))


@pytest.mark.parametrize("room", [lstmlib.numpy, lstmlib.torch])
def test_shapes_in_letters_are_the_layers_own(room):
    assert dict(reference.parameters(room.LSTM)) == {
        "weight_ih_l0": "4H, D",
        "weight_hh_l0": "4H, H",
        "bias_ih_l0": "4H",
        "bias_hh_l0": "4H",
    }
    assert dict(reference.parameters(room.LSTM1997))["weight_ih_l0"] == "BS + 2B, D"
    assert dict(reference.parameters(room.ProjectedLSTM))["weight_hr_l0"] == "P, C"
    assert dict(reference.parameters(room.ConvLSTM))["weight_ih"] == "4M, C, K, K"
    assert reference.parameters(room.Stack) == []


def test_no_shape_in_letters_is_a_bare_number():
    for room in (lstmlib.numpy, lstmlib.torch):
        layers = [thing for thing in vars(room).values() if isinstance(thing, type)]
        shapes = [shape for layer in layers for _, shape in reference.parameters(layer)]
        assert len(shapes) > 30
        assert not [shape for shape in shapes if re.search(r"\b\d+\b", shape)]


def test_types_are_words():
    long = "x: ~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.floating]]"
    assert reference.readable(long) == "x: Array"
    assert reference.readable(long.replace("floating", "integer") + " | None = None") == "x: Array[int] | None = None"
    assert reference.readable("(x) -> ~lstmlib.numpy.layer.Cache[~lstmlib.numpy.lstm.A[~typing.Any]]") == "(x) -> Cache"
    given = "(a: int, dtype: ~typing.Union[type[~typing.Any], str] = <class 'x'>) -> None"
    assert reference.readable(given) == "(a: int, dtype: DTypeLike = <class 'x'>) -> None"


def test_a_letter_alone_is_no_list():
    lines = ["Args:", "    length: T.", "    size: D, the width."]
    reference.keep_letters(None, "function", "f", None, None, lines)
    assert lines == ["Args:", "    length: \\T.", "    size: D, the width."]


@pytest.mark.skipif(not (HTML / "api-cells.html").exists(), reason="the book is not built: make book")
@pytest.mark.parametrize(("page", "name"), [("api-cells", "lstmlib.numpy.LSTM"), ("api-torch", "lstmlib.torch.LSTM")])
def test_a_layers_calls_stand_with_it(page, name):
    from bs4 import BeautifulSoup

    soup = BeautifulSoup((HTML / f"{page}.html").read_text(encoding="utf8"), "html.parser")
    head = soup.find(id=name)
    source = head.find("a", class_="internal", href=re.compile("_modules/"))
    file, _, anchor = source["href"].partition("#")
    assert BeautifulSoup((HTML / file).read_text(encoding="utf8"), "html.parser").find(id=anchor)
    own = head.parent
    assert "weight_hh_l0 (4H, H)" in " ".join(own.text.split())
    for method in ("forward", *(["backward"] if "numpy" in name else [])):
        assert re.search(r"(x|dy): (Array|Tensor)", own.find(id=f"{name}.{method}").text)


def test_a_figures_signature_is_its_state():
    assert reference.state_of(Tape) == (
        "(*, values=..., input_gate=..., forget_gate=..., output_gate=..., old=False, step=7)"
    )
