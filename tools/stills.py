"""Draw the still pictures that stand where no JavaScript runs, from the figures themselves.

    python tools/stills.py             # writes lstmlib/figures/stills/<name>.svg; then run the notebooks that show them
    python tools/stills.py forecast    # of these alone

Chromium draws each figure in a telling state; what its style sheet says is written into the drawing's own attributes,
so that the picture needs nothing else, and a light card is put under it, so that it can be read on any page.
"""

import sys

from playwright.sync_api import Browser, sync_playwright

from lstmlib.figures import (
    Anomaly,
    AssociativeRecall,
    AttentionMatrix,
    CarouselUnit,
    Cell,
    CellParts,
    Chorale,
    Claims,
    CostOfLength,
    ErrorChain,
    ErrorLeft,
    Forecast,
    GRUBesideLSTM,
    Laboratory,
    LearningDoors,
    Market,
    OpenNet,
    ParallelScan,
    Pen,
    Ranking,
    ReberWalk,
    Safe,
    Speaker,
    Tagger,
    Tape,
    Training,
    Translator,
    TugOfWar,
    Unrolling,
    Verdict,
    Writer,
)
from lstmlib.figures.training import LESSONS
from lstmlib.page import bundle
from lstmlib.page.browser import find_browser
from lstmlib.page.figure import Asking, Figure

WIDTH = 360  # of the drawing, in CSS pixels: what a phone shows
OPENED = [0.0, 1.0, 1.0] + [0.0] * 9
SHOWN = [0.0] * 6 + [1.0] + [0.0] * 5
STATES: list[Figure] = [
    Safe(input_gate=OPENED, output_gate=SHOWN, step=7),
    ErrorChain(),
    Unrolling(step=8),
    CarouselUnit(),
    Cell(),
    Cell(kind="2000", part="keep"),
    ReberWalk(string="BPBTSXX"),
    Tape(),
    CellParts(),
    GRUBesideLSTM(),
    AttentionMatrix(target=7),
    AssociativeRecall(step=7),
    CostOfLength(),
    ParallelScan(plan="sweeps", round=5),
    Ranking(),
    ErrorLeft(bias=3, kept=[{"cell": "GRU", "bias": 3, "radius": 0}, {"cell": "Elman net", "bias": 1, "radius": 0}]),
    Forecast(),
    Market(asked=True),
    Tagger(asked=True, cell=3),
    Pen(asked=True),
    Speaker(asked=True, heard=9),
    Anomaly(asked=True, series="heartbeats", kind="left out", at=900),
    Translator(asked=True, word=2),
    Chorale(asked=True),
    Laboratory(experiment="2c", lag=1000),
    TugOfWar(guess=0.5),
    LearningDoors(guess=4000),
    Verdict(word=9, asked=True),
    Writer(asked=True),
    OpenNet(asked=True),
    Claims(),
    *(Training(lesson=lesson) for lesson in LESSONS),
]

# Reads a figure's drawings with their styles written out; what is as SVG has it anyway is left out.
COLLECT = """
(figure) => {
  const usual = {fill: "rgb(0, 0, 0)", stroke: "none", opacity: "1"};
  const lines = {"stroke-width": "1px", "stroke-dasharray": "none", "stroke-linecap": "butt"};
  const letters = {"font-size": "12.5px", "font-weight": "400", "text-anchor": "start", "paint-order": "normal"};
  const hex = (text) => text.replace(/rgba?\\((\\d+), (\\d+), (\\d+)\\)/g, (_, ...rgb) =>
    "#" + rgb.slice(0, 3).map((n) => Number(n).toString(16).padStart(2, "0")).join(""));
  const resolve = (from, to) => {
    const style = getComputedStyle(from), tag = from.tagName;
    for (const name of [...Object.keys({...usual, ...lines, ...letters}), "class", "style"]) to.removeAttribute(name);
    const wanted = {...usual, ...(style.stroke !== "none" && lines), ...(/text|tspan/.test(tag) && letters)};
    if (tag === "tspan") delete wanted["text-anchor"];
    for (const [name, value] of Object.entries(wanted)) {
      const own = style.getPropertyValue(name);
      if (own !== value) to.setAttribute(name, hex(own).replace(/px/g, ""));
    }
    if (style.transform !== "none") {
      const [x, y] = style.transformOrigin.match(/[-\\d.]+/g);
      const matrix = style.transform.replace(/[-\\d.e]+/g, (n) => String(Math.round(n * 1000) / 1000));
      to.setAttribute("transform", `translate(${x} ${y}) ${matrix} translate(${-x} ${-y})`);
    }
    [...from.children].forEach((child, k) => resolve(child, to.children[k]));
  };
  return [...figure.shadowRoot.querySelectorAll("svg")].map((svg) => {
    const copy = svg.cloneNode(true), {width, height} = svg.viewBox.baseVal;
    resolve(svg, copy);
    const inside = copy.innerHTML.replace(/><\\/(rect|line|circle|path)>/g, "/>");
    return {width, height, name: svg.getAttribute("aria-label"), inside};
  });
}
"""


def compose(drawings: list[dict], title: str) -> str:
    """Return one SVG with the drawings one below the other on a light card."""
    edge, top, groups = 12, 36, []
    for drawing in drawings:
        groups.append(f'<g transform="translate({edge} {top:g})">{drawing["inside"]}</g>')
        top += drawing["height"] + 8
    width, height = WIDTH + 2 * edge, top + 4
    told = " ".join(drawing["name"] for drawing in drawings).replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'style="max-width:100%;height:auto" font-family="system-ui,sans-serif" font-size="12.5">'
        f"<title>{told}</title>"
        f'<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="10" fill="#fff" stroke="#c8ccd2"/>'
        f'<text x="{edge}" y="24" font-size="15" font-weight="600">{title}</text>'
        f"{''.join(groups)}</svg>\n"
    )


def draw(browser: Browser, figure: Figure) -> str:
    """Return a figure's still picture as an SVG text."""
    context = browser.new_context(viewport={"width": 800, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    # The frame's padding and border take 34 pixels.
    page.set_content(f'<body style="color: #000"><div style="width: {WIDTH + 34}px">{figure._html()}</div>')
    if isinstance(figure, Asking):
        page.add_script_tag(content=figure.given_script())
    page.add_script_tag(content=bundle.classic_script())
    element = page.locator("lstm-" + figure._name.replace("_", "-"))
    if isinstance(figure, Training):  # without curves it tells nothing; it trains after a guess, which nobody made here
        element.evaluate("(figure) => figure.store.update({ guess: 0 })")
        element.locator("button.main").click()
        element.locator(".verdict", has_text="You guessed").wait_for(timeout=300_000)
        element.evaluate("(figure) => figure.store.update({ guess: -1 })")
    if isinstance(figure, ErrorLeft):  # a net a task
        element.locator(".fate", has_text="is left").wait_for()
    named = element.locator(".title")
    if isinstance(figure, Laboratory):  # empty before a net has learnt: a minute for a lag of 1000
        element.locator("button.main").click()
        element.locator(".verdict", has_text="solved it").wait_for(timeout=600_000)
        named = element.locator(".headline")
    drawings = element.evaluate(COLLECT)
    title = named.inner_text()
    context.close()
    if any(drawing["width"] != WIDTH for drawing in drawings):
        raise ValueError(f"{figure._name} was drawn {drawings[0]['width']} wide, expected {WIDTH}")
    return compose(drawings, title)


def main(names: list[str]) -> None:
    """Write the still pictures of these names, or all."""
    folder = bundle.FOLDER / "stills"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        for figure in STATES:
            if names and figure._still() not in names:
                continue
            text = draw(browser, figure)
            (folder / f"{figure._still()}.svg").write_text(text, encoding="utf8")
            print(f"{figure._still()}.svg: {len(text) / 1000:.1f} kB")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
