"""Who is speaking in a browser: frames, probabilities, gates and contents are lstmlib's; changes, noise and guesses."""

import re

import numpy as np
import pytest
from driving import clean, state

from lstmlib.data import vowels
from lstmlib.figures import Speaker
from lstmlib.page import bundle
from lstmlib.studies.at_work.speech import reading, task

pytestmark = pytest.mark.browser
TAG = "lstm-speaker"
FIGURES = [
    Speaker(),
    Speaker(asked=True, number=40, heard=58, guess="stays"),
    Speaker(asked=True, change="slower", net="last", heard=30, cell=32, off=[3, 9]),
    Speaker(asked=True, number=300, change="another after", noise=[1, 4], heard=9, guess="changes", since=2),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "backwards", "Enter", r"Utterance 1, backwards: 1 of \d+ frames, 26 ms\. The net says")


def core():
    """Return the arithmetic of the figure, and what it needs of the page's, as the body of a function."""
    texts = [
        *((bundle.PAGE / f"{name}.js").read_text() for name in ("nets", "ctc")),
        (bundle.FOLDER / "speaker.js").read_text().split("const top =")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", one, flags=re.MULTILINE).replace("export ", "") for one in texts]
    return "".join(plain) + "\nreturn { unpack, utterance, hear, regress };"


@pytest.mark.parametrize(
    "figure",
    [
        Speaker(),
        Speaker(number=369, change="slower", net="last"),
        Speaker(number=80, change="another before", noise=[3, 7], off=[2, 31]),
        Speaker(number=81, change="faster", net="last", off=[1]),
        Speaker(number=200, change="second half"),
    ],
)
def test_the_page_computes_what_the_library_does(show, figure):
    found = show(Speaker()).evaluate(
        """([code, data, { number, change, noise, net, off }]) => {
          const { unpack, utterance, hear, regress } = new Function(code)(), all = unpack(data);
          const frames = utterance(all, number, change, noise), steps = hear(all, frames, net, off.map((k) => k - 1));
          const of = (name) => steps.map((step) => [...step[name]]);
          const gates = Object.fromEntries([..."ifgoc"].map((name) => [name, of(name)]));
          return { frames, net: of("p"), regression: regress(all, frames), ...gates };
        }""",
        [
            core(),
            Speaker.given(),
            {name: getattr(figure, name) for name in ("number", "change", "noise", "net", "off")},
        ],
    )
    np.testing.assert_allclose(found["frames"], figure.frames(), atol=1e-9)
    for name, wanted in figure.says().items():
        np.testing.assert_allclose(found[name], wanted, atol=1e-5)
    model = reading.switched_off(reading.stored(figure.net), [cell - 1 for cell in figure.off])
    scaled = task.scale(vowels().learn())
    cache = model.forward(scaled.of(figure.frames())[:, None].astype(np.float32))[2].recurrent
    for place, name in enumerate("ifgo"):
        np.testing.assert_allclose(found[name], cache.gates[:, place, 0], atol=1e-5)
    np.testing.assert_allclose(found["c"], cache.c[1:, 0], atol=1e-4)


def loaded(page):
    """Return the page with nets and utterances loaded."""
    page.get_by_role("button", name="Load nets").click()
    page.get_by_role("button", name="Load nets").wait_for(state="detached")
    return page


def said(page):
    return page.locator(f"{TAG} svg").get_attribute("aria-label").replace("\u00a0", " ")


def check(page):
    """Compare what is said with the library, from the state that the page is in."""
    now = {name: state(page, TAG, name) for name in ("number", "change", "noise", "net", "off")}
    figure, heard = Speaker(**now), state(page, TAG, "heard")
    p = figure.says()
    at = min(heard, len(figure.frames())) - 1
    for name, words in (("net", "The net says speaker"), ("regression", "the regression")):
        best = p[name][at].argmax()
        assert f"{words} {best + 1}, {round(100 * p[name][at, best])} %" in said(page)
    clean(page, TAG)


def test_hearing_on_tells_who_it_was_at_the_end(show):
    page = loaded(show(Speaker()))
    check(page)
    assert "It was speaker" not in said(page)
    page.get_by_role("button", name="stays").click()
    slider = page.get_by_role("slider", name="Frames heard")
    slider.focus()
    page.keyboard.press("ArrowRight")
    check(page)
    page.keyboard.press("End")
    check(page)
    assert "It was speaker 1." in said(page)
    assert "After frame 1 you guessed that it stays" in said(page)
    assert page.get_by_role("button", name="stays").is_disabled()


def test_changes_noise_and_cells(show):
    page = loaded(show(Speaker()))
    page.get_by_role("button", name="slower").click()
    page.get_by_role("button", name="Drown this frame").click()
    assert state(page, TAG, "noise") == [1]
    check(page)
    page.get_by_role("button", name="the last").click()
    check(page)
    page.get_by_role("slider", name="Cell").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Switch off").click()
    assert state(page, TAG, "off") == [32]
    check(page)
    page.get_by_role("button", name="All on").click()
    page.get_by_role("button", name="No noise").click()
    check(page)


def test_the_next_that_it_has_wrong(show):
    page = loaded(show(Speaker()))
    page.get_by_role("button", name="The next utterance that the net has wrong").click()
    page.get_by_role("slider", name="Frames heard").focus()
    page.keyboard.press("End")
    assert re.search(r"The net says speaker \d, \d+ %, wrong", said(page))
    number = state(page, TAG, "number")
    page.get_by_role("button", name="The next utterance", exact=True).click()
    assert state(page, TAG, "number") == number + 1
    assert state(page, TAG, "heard") == 1


def test_before_the_nets_are_there(show):
    page = show(Speaker())
    assert "aren't loaded yet" in said(page)
    assert page.get_by_role("slider", name="Cell").is_disabled()
