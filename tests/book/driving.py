"""What tests do with figures in a browser: read their numbers and their state, and move their sliders."""

import json
import re


def number(text):
    """Return a number as the figures write it: 7.95 × 10⁻², −3."""
    text = text.replace("−", "-").replace("⁻", "-").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    mantissa, *exponent = re.fullmatch(r"(-?[\d.]+)(?:(?:\s×\s|·)10(-?\d+))?", text.strip()).groups()
    return float(mantissa) * 10.0 ** int(exponent[0] or 0)


def state(page, tag, name):
    return page.locator(tag).evaluate(f"(figure) => figure.store.get({json.dumps(name)})")


def drag(page, slider, share):
    """Put a slider's thumb at that share of its way, by mouse."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    low, high, now = (float(slider.evaluate(f"(s) => s.{name}")) for name in ("min", "max", "value"))
    thumb = 11  # half its width: the way of its middle is that much shorter at both ends

    def at(part):
        return box["x"] + thumb + part * (box["width"] - 2 * thumb)

    y = box["y"] + box["height"] / 2
    page.mouse.move(at((now - low) / (high - low)), y)
    page.mouse.down()
    page.mouse.move(at(share), y, steps=4)
    page.mouse.up()


def clean(page, tag):
    """See to it that no number failed on its way into the drawing and the text."""
    frame = page.locator(f"{tag} .frame").evaluate("(frame) => frame.outerHTML")
    assert not any(bad in frame for bad in ("NaN", "Infinity", "undefined")), frame


def set_from_python(page, name, value):
    page.evaluate("([name, value]) => model.set(name, value)", [name, value])


def longest_task(browser, page, during):
    """Return the longest task of the page's own thread while something is done, in milliseconds of processor time.

    The clock's time would be the machine's load.
    """
    browser.start_tracing(page=page, categories=["toplevel"])
    during()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page_thread = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    took = [e.get("tdur", 0) / 1000 for e in events if e["ph"] == "X" and (e["pid"], e["tid"]) in page_thread]
    assert len(took) > 20
    return max(took)


def pause_and_go_on(page, tag, nets, timeout):
    """Pause a figure that trains and go on, twice; each time it stores what has come of so many nets."""
    for _ in range(2):
        page.get_by_role("button", name="Pause", exact=True).click()
        page.wait_for_function(
            f"() => document.querySelector('{tag}').store.get('result').length === {nets}", timeout=timeout
        )
        page.evaluate(f"document.querySelector('{tag}').store.update({{ result: [] }})")
        page.get_by_role("button", name="Go on", exact=True).click()


# For a page's head: what a worker tells arrives late, so that whatever is pressed crosses a report on its way.
LATE = """<script>
const Prompt = Worker;
window.Worker = class extends Prompt {
  set onmessage(hear) { super.onmessage = (event) => setTimeout(() => hear(event), 600); }
};
</script>"""
