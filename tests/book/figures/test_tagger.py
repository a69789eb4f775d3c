"""Labels under an address in a browser: what the nets say is lstmlib's, whatever is typed, with cells on and off."""

import re

import numpy as np
import pytest
import torch
from driving import clean, state
from playwright.sync_api import expect

from lstmlib.figures import Tagger
from lstmlib.figures.tagger import NAMES
from lstmlib.numpy import LSTM
from lstmlib.page import bundle
from lstmlib.studies.at_work.labelling.net import encode
from lstmlib.studies.at_work.labelling.parts import labels, parts
from lstmlib.studies.at_work.labelling.running import stored
from lstmlib.studies.at_work.labelling.simple import key

pytestmark = pytest.mark.browser
TAG = "lstm-tagger"
ODD = "½ 12-B, «Qwyllbro» Ñandú St.; #7 (rear) O'Fallon 60601-12 1"
FIGURES = [
    Tagger(),
    Tagger(asked=True),
    Tagger(asked=True, both=False, cell=80, off=[1, 80], read=3),
    Tagger(asked=True, text=ODD, cell=55, off=[55]),
    Tagger(asked=True, text=""),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "Plain", "Enter", r"“62704” changed: from the left, .* from the left: 1600 house number \d+ %")


def probabilities(kind, words, off=()):
    """Return what the library says, (T, K), in single precision; nobody sees the cells that are off."""
    net = stored(kind)
    H = net.tagger.there.hidden_size
    with torch.no_grad():
        for cell in off:
            layer = net.tagger.there if cell < H else net.tagger.back
            layer.weight_hh_l0[:, cell % H] = 0.0
            net.tagger.readout.weight[:, cell] = 0.0
        return torch.softmax(net.tagger(encode([words], net.known)), 2)[:, 0].numpy()


def core():
    """Return the arithmetic of the figure, and of the nets in the page, as the body of a function."""
    texts = [
        (bundle.PAGE / "nets.js").read_text(),
        (bundle.FOLDER / "tagger.js").read_text().split("function mount")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", text, flags=re.MULTILINE).replace("export ", "") for text in texts]
    return "".join(plain) + "\nreturn { key, ready, run, words };"


@pytest.mark.parametrize(("kind", "off"), [("forward", []), ("forward", [0, 79]), ("both", []), ("both", [3, 41, 42])])
def test_probabilities_and_cells_are_the_library_s(show, kind, off):
    given = [ODD.split(), *(list(address.words) for address in parts()["test"][::40]), ["7"]]
    found = show(Tagger()).evaluate(
        """([text, data, kind, given, off]) => {
          const { ready, run } = new Function(text)(), all = ready(data);
          return given.map((words) => run(all.nets[kind], all, words, off)
            .map((step) => Object.fromEntries(["p", "i", "f", "o", "c"].map((name) => [name, [...step[name]]]))));
        }""",
        [core(), Tagger.given(), kind, given, off],
    )
    net = stored(kind)
    for words, steps in zip(given, found, strict=True):
        said = np.array([step["p"] for step in steps])
        np.testing.assert_allclose(said, probabilities(kind, words, off), atol=1e-5)
        if off:
            continue
        with torch.no_grad():
            x = net.tagger.vectors(encode([words], net.known)).numpy()
        layers = [(net.tagger.there, 1), *([(net.tagger.back, -1)] if kind == "both" else [])]
        caches = []
        for layer, turn in layers:
            twin = LSTM(layer.input_size, layer.hidden_size, dtype=np.float32)
            twin.params = {name: value.detach().numpy() for name, value in layer.named_parameters()}
            caches.append((twin.forward(x[::turn])[2], turn))
        for place, name in ((0, "i"), (1, "f"), (3, "o")):
            wanted = np.concatenate([cache.gates[:, place, 0][::turn] for cache, turn in caches], 1)
            np.testing.assert_allclose([step[name] for step in steps], wanted, atol=1e-5)
        wanted = np.concatenate([cache.c[1:, 0][::turn] for cache, turn in caches], 1)
        np.testing.assert_allclose([step["c"] for step in steps], wanted, atol=1e-5)


def test_words_are_the_library_s(show):
    given = sorted({word for part in parts().values() for address in part for word in address.words} | set(ODD.split()))
    found = show(Tagger()).evaluate("([text, given]) => given.map(new Function(text)().key)", [core(), given])
    assert found == [key(word) for word in given]


def check(page):
    """Compare what is said with the library, from the state that the page is in; return the state."""
    now = {name: state(page, TAG, name) for name in ("text", "read", "both", "cell", "off")}
    words = now["text"].split()[:14][: now["read"] or None]
    told = page.locator(f"{TAG} svg").get_attribute("aria-label")
    for kind, title in (("forward", "from the left"), ("both", "both ways")):
        off = [cell - 1 for cell in now["off"]] if now["both"] == (kind == "both") else []
        p = probabilities(kind, words, off)
        said = ", ".join(
            f"{word} {NAMES[labels()[row.argmax()]]} {100 * row.max():.0f} %"
            for word, row in zip(words, p, strict=True)
        )
        assert f"{title}: {said}" in told
    clean(page, TAG)
    return now


def test_nothing_is_loaded_before_it_is_asked_for(show):
    page = show(Tagger())
    assert page.evaluate("document.querySelectorAll('script[src*=given]').length") == 0
    assert page.get_by_role("slider", name="Cell").is_disabled()
    page.get_by_role("button", name="Load both nets").click()
    expect(page.get_by_role("slider", name="Cell")).to_be_enabled(timeout=120_000)  # when both have arrived
    check(page)


def test_by_typing_and_keyboard(show):
    page = show(Tagger(asked=True))
    page.get_by_role("button", name="Plain").click()
    assert check(page)["text"].startswith("1600 Lincoln")
    field = page.get_by_role("textbox", name="An address")
    field.fill("")
    field.press_sequentially("9 Elm Louis")
    assert check(page)["text"] == "9 Elm Louis"
    page.get_by_role("slider", name="Words read").focus()
    page.keyboard.press("ArrowLeft")
    assert check(page)["read"] == 2
    page.keyboard.press("End")
    assert check(page)["read"] == 0
    page.get_by_role("button", name="from the left").click()
    page.get_by_role("slider", name="Cell").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Switch off").click()
    assert check(page)["off"] == [80]
    page.get_by_role("button", name="both ways").click()
    assert check(page)["off"] == []


def test_what_one_direction_has_said_stands(show):
    page = show(Tagger(asked=True, text="610 East Main Marion Kansas 66861 USA"))
    for count in range(2, 8):
        page.evaluate(f"document.querySelector('{TAG}').store.update({{ read: {count if count < 7 else 0} }})")
        assert "from the left, no earlier label" in page.locator(f"{TAG} .fate").inner_text()
