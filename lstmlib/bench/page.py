"""How fast the page's learner is: ``python -m lstmlib.bench.page``, which needs playwright and a Chromium.

Net, sequences and rule are those of ``lstmlib.bench.online``; the learner in JavaScript runs in Chromium, in the same
rounds as the readable and the compiled one. All are timed by the processor's time of their own thread.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmlib.bench.threads import one_thread
from lstmlib.output import add_output, check, positive, write

if TYPE_CHECKING:
    from lstmlib.bench.timing import Row

RESULTS = Path(__file__).parent / "results" / "page.json"
PAGE = "the page's learner"
# How many times as long as the compiled learner it may take with one net; how many times as fast as the readable one
# it should be.
MOST, LEAST = 4.0, 10.0
TIMES = 20  # passes over 20,000 steps that are timed together

PREPARE = """
async ({ net, params, drawn }) => {
  const { LSTM1997 } = await import("/page/lstm1997.js"), learner = new LSTM1997(net, { symbolic: false });
  drawn.mask = Uint8Array.from(drawn.mask);
  for (const name of ["x", "values"]) drawn[name] = Float64Array.from(drawn[name]);
  globalThis.again = (times) => {
    learner.put(params);
    for (let k = 0; k < times; k++) for (let n = 0; n < drawn.count; n++) learner.learn(drawn, n, 0.5);
  };
}
"""


@contextmanager
def learner_in_chromium(T: int) -> "Iterator[tuple[Any, int]]":
    """Give a function that trains so many times on 20,000 steps and returns the processor's seconds, and the steps."""
    import numpy as np
    from playwright.sync_api import sync_playwright

    from lstmlib import tasks
    from lstmlib.online import Net
    from lstmlib.page import bundle
    from lstmlib.page.browser import find_browser

    rng, many = np.random.default_rng(0), 20_000 // T
    net = Net(2, 2, 2, 1)
    params = net.draw(rng, input_gate_bias=[-3.0, -6.0])
    batch = tasks.adding(T, many, rng)
    by_sequence = {"x": batch.x, "values": batch.target, "mask": batch.mask.astype(int)}
    drawn: dict[str, Any] = {name: part.swapaxes(0, 1).ravel().tolist() for name, part in by_sequence.items()}
    drawn |= {"steps": len(batch.x), "count": many, "lengths": batch.lengths.tolist()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.route(
            "http://localhost/page/*",
            lambda route: route.fulfill(path=bundle.PAGE / route.request.url.rpartition("/")[2]),
        )
        page.route("http://localhost/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        page.goto("http://localhost/")
        page.evaluate(
            PREPARE, {"net": asdict(net), "params": {k: v.ravel().tolist() for k, v in params.items()}, "drawn": drawn}
        )
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def clock() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return float(next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime"))

        def train(times: int) -> float:
            start = clock()
            page.evaluate("(times) => again(times)", times)
            return clock() - start

        yield train, int(batch.lengths.sum())
        browser.close()


def measure(rounds: int, T: int = 100) -> "list[Row]":
    """Return how much longer the page's learner takes than the compiled one, and how much faster it is than the other.

    Per step of one net, at length T.
    """
    from lstmlib.bench.online import runs
    from lstmlib.bench.timing import interleaved, row

    timed = {name: run for name, run in runs(T).items() if name in ("readable", "compiled, one net")}
    compiled_run, compiled_steps = timed["compiled, one net"]

    def long_enough() -> None:  # as many steps as the page takes
        for _ in range(TIMES):
            compiled_run()

    timed["compiled, one net"] = (long_enough, TIMES * compiled_steps)
    per_step: dict[str, list[float]] = {name: [] for name in (*timed, PAGE)}
    with learner_in_chromium(T) as (train, steps):
        train(TIMES)  # the browser compiles what runs often
        for _ in range(rounds):
            per_step[PAGE].append(train(TIMES) / TIMES / steps)
            for name, taken in interleaved({name: run for name, (run, _) in timed.items()}, 1).items():
                per_step[name].append(taken[0] / timed[name][1])
    page, compiled, readable = (per_step[name] for name in (PAGE, "compiled, one net", "readable"))
    sizes = {"T": T, "weights": 93}
    longer = [a / b for a, b in zip(page, compiled, strict=True)]
    faster = [b / a for a, b in zip(page, readable, strict=True)]
    long, fast = "times as long, per step of one net", "times as fast, per step of one net"
    return [
        row(long, PAGE, "compiled, one net", sizes, "float64", "cpu", longer, page, most=MOST),
        row(fast, PAGE, "readable", sizes, "float64", "cpu", faster, page, least=LEAST),
    ]


def main(arguments: list[str] | None = None) -> None:
    """Measure on one thread, print, and write it."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.bench.page", description=__doc__)
    parser.add_argument("--rounds", type=positive, default=9, help="how often each thing is timed (default 9)")
    add_output(parser, RESULTS)
    given = parser.parse_args(arguments)
    one_thread()
    check(given.output)

    from lstmlib.bench.timing import machine

    start, rows = time.perf_counter(), measure(given.rounds)
    for item in rows:
        said = f"{item.ratio:.1f} ({item.low:.1f} to {item.high:.1f}) {item.section}, than {item.than}"
        print(f"{said}: {'met' if item.met else 'NOT MET'}; {item.milliseconds * 1e6:.0f} ns a step")
    kept = [{k: v for k, v in asdict(item).items() if k != "milliseconds"} | {"met": item.met} for item in rows]
    write(given.output, {"machine": machine(), "rows": kept})
    print(f"{len(rows)} ratios in {time.perf_counter() - start:.0f} s, written to {given.output}")


if __name__ == "__main__":
    main()
