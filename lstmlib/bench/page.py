"""How fast the learner is that runs in the page: ``python -m lstmlib.bench.page``.

The net is the 1997 paper's for the adding problem, with 93 weights; all sides learn the same sequences. Everything is
per time step of one net: JavaScript in Chromium beside the compiled learner with one net, and beside the readable one.
Every clock is a process's processor time, which other programs on the machine don't lengthen: for JavaScript that of
the page, which Chromium tells in steps of ten milliseconds.
"""

import argparse
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lstmlib.bench.timing import Row, machine, row
from lstmlib.output import add_output, check, write
from lstmlib.page import bundle

RESULTS = Path(__file__).parent / "results" / "page.json"
SIZES = {"T": 100, "weights": 93}
MOST, LEAST = 4.0, 10.0  # times as long as the compiled learner; times as fast as the readable one
COUNT, TURNS = 40, 150  # sequences, and how often a round goes over them; the readable learner reads one, once

SCRIPT = """
async ({ net, params, drawn, count, turns }) => {
  const { LSTM1997 } = await import("/page/lstm1997.js"), learner = new LSTM1997(net, { symbolic: false });
  learner.put(params);
  self.round = (turns) => {
    const before = learner.taken;
    for (let turn = 0; turn < turns; turn++) for (let n = 0; n < count; n++) learner.learn(drawn, n, 0.5);
    return learner.taken - before;
  };
  self.round(turns);
}
"""


def sides(page: Any, turns: int) -> dict[str, Any]:
    """Return what is timed: name -> a function that returns the seconds that a step of one round took.

    Args:
        page: of playwright, on a page from which the modules can be imported at /page/.
        turns: how often JavaScript and the compiled learner go over the sequences.
    """
    import numpy as np

    from lstmlib import tasks
    from lstmlib.online import LSTM1997, Net
    from lstmlib.online.compiled.lstm1997 import Eight

    rng = np.random.default_rng(0)
    net = Net(2, 2, 2, 1)
    params, batch = net.draw(rng, input_gate_bias=[-3.0, -6.0]), tasks.adding(SIZES["T"], COUNT, rng)
    T, N = batch.mask.shape
    drawn: dict[str, Any] = {"steps": T, "count": N, "lengths": batch.lengths.tolist()}
    drawn |= {"mask": batch.mask.T.astype(int).ravel().tolist()}
    drawn |= {"x": batch.x.swapaxes(0, 1).ravel().tolist(), "values": batch.target.swapaxes(0, 1).ravel().tolist()}
    listed = {name: value.ravel().tolist() for name, value in params.items()}
    page.evaluate(SCRIPT, {"net": asdict(net), "params": listed, "drawn": drawn, "count": N, "turns": turns})
    nets = Eight(net, N, T, symbolic=False, by_class=False)
    nets.put(0, params)
    nets.load(0, 0, batch)
    learner = LSTM1997(net, params)

    def javascript() -> float:
        start = _page_seconds(page)
        steps = page.evaluate("(turns) => self.round(turns)", turns)
        return (_page_seconds(page) - start) / steps

    def compiled() -> float:
        start = time.process_time()
        for _ in range(turns):
            nets.start(0, 0, N, 0.5)
            nets.run()
        return (time.process_time() - start) / turns / int(batch.lengths.sum())

    def readable() -> float:
        start, length = time.process_time(), int(batch.lengths[0])
        learner.reset()
        for t in range(length):
            learner.step(batch.x[t, 0])
        learner.add_error(batch.target[length - 1, 0])
        learner.update(0.5)
        return (time.process_time() - start) / length

    compiled()
    readable()
    return {"JavaScript": javascript, "compiled, one net": compiled, "readable": readable}


def _page_seconds(page: Any) -> float:
    """Return the processor time of the browser's pages so far."""
    session = page.context.browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(process["cpuTime"] for process in processes if process["type"] == "renderer"))


def serve(page: Any) -> None:
    """Let a page import the files of ``lstmlib/page`` at /page/."""

    def answer(route: Any) -> None:
        path = bundle.PAGE / route.request.url.rsplit("/", 1)[1]
        known = path.suffix == ".js" and path.exists()
        text = path.read_text(encoding="utf8") if known else "<!doctype html><title>Modules</title>"
        route.fulfill(content_type="text/javascript" if known else "text/html", body=text)

    page.route("http://localhost/**", answer)
    page.goto("http://localhost/page/")


def measure(page: Any, rounds: int, turns: int = TURNS) -> list[Row]:
    """Return how long a step in the page takes beside the compiled learner's, and how much the readable one's takes."""
    timed = sides(page, turns)
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(rounds):
        for name, run in timed.items():
            seconds[name].append(run())
    js, found = seconds["JavaScript"], []
    for than, least, most in (("compiled, one net", None, MOST), ("readable", LEAST, None)):
        ratios = [b / a if least else a / b for a, b in zip(js, seconds[than], strict=True)]
        section = "times as fast, per step of one net" if least else "times as long, per step of one net"
        found.append(row(section, "JavaScript", than, SIZES, "float64", "cpu", ratios, js, least, most))
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write where a chapter can read it."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m lstmlib.bench.page", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each thing is timed (default 9)")
    add_output(parser, RESULTS)
    given = parser.parse_args(arguments)
    check(given.output)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        serve(page)
        rows, version = measure(page, given.rounds), browser.version
        browser.close()
    for item in rows:
        print(f"{item.what}: {item.ratio:.2f} {item.section} ({item.low:.2f} to {item.high:.2f}), than {item.than}")
    about = {"machine": machine() | {"clock on the cpu": "processor time", "chromium": version}}
    about |= {"rows": [asdict(item) | {"met": item.met} for item in rows]}
    write(given.output, about)


if __name__ == "__main__":
    main()
