"""Trained nets in the page: read from a file of lstmlib, they compute what the library does, in single precision."""

import base64

import numpy as np
import pytest

from lstmlib.files import save
from lstmlib.numpy import GRU, LSTM, Linear, SequenceModel
from lstmlib.page import bundle

pytestmark = pytest.mark.browser
RUN = """([program, kind, text, x, off]) => {
  const nets = new Function(program + "return { tensors, part, linear, lstm, gru };")();
  const all = nets.tensors(text), steps = nets[kind](nets.part(all, "recurrent"), x, { off });
  const halves = nets[kind](nets.part(all, "recurrent"), x.slice(20), { off, state: steps[19] });
  const plain = (step) => Object.fromEntries(Object.entries(step).map(([name, value]) => [name, [...value]]));
  const said = steps.map(({ h }) => [...nets.linear(nets.part(all, "readout"), h)]);
  return { steps: steps.map(plain), last: [...halves.at(-1).h], y: said };
}"""


@pytest.fixture(scope="module")
def page(browser):
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize("off", [[], [0, 3]])
@pytest.mark.parametrize(("kind", "names"), [("lstm", "ifgo"), ("gru", "rzn")])
def test_what_a_file_holds_runs_as_in_the_library(page, tmp_path, rng, kind, names, off):
    how = {"rng": rng, "dtype": np.float32}
    layer = LSTM(3, 5, **how) if kind == "lstm" else GRU(3, 5, **how)
    for value in layer.params.values():
        value *= 4.0  # gates that open and shut, and biases that tell apart
    model = SequenceModel(layer, Linear(5, 2, **how))
    save(model, tmp_path / "net.safetensors")
    x = rng.standard_normal((60, 1, 3)).astype(np.float32)
    text = base64.b64encode((tmp_path / "net.safetensors").read_bytes()).decode()
    program = (bundle.PAGE / "nets.js").read_text().replace("export ", "")
    found = page.evaluate(RUN, [program, kind, text, x[:, 0].tolist(), off])
    if kind == "gru" and off:  # a unit that is off holds nothing
        for k in off:
            assert not any(step["h"][k] for step in found["steps"])
        return
    for name in ("recurrent.weight_hh_l0", "readout.weight"):
        model.params[name][:, off] = 0.0  # nobody sees them
    y, _, cache = model.forward(x)
    np.testing.assert_allclose(found["y"], y[:, 0], atol=1e-5)
    for place, name in enumerate(names):
        shown = [step[name] for step in found["steps"]]
        np.testing.assert_allclose(shown, cache.recurrent.gates[:, place, 0], atol=1e-5)
    np.testing.assert_array_equal(found["last"], found["steps"][-1]["h"])


def test_what_cannot_be_run_is_refused(page, tmp_path):
    program = (bundle.PAGE / "nets.js").read_text().replace("export ", "")
    save(Linear(2, 1), tmp_path / "double.safetensors")
    text = base64.b64encode((tmp_path / "double.safetensors").read_bytes()).decode()
    said = """([program, text]) => {
      const { tensors, linear } = new Function(program + "return { tensors, linear };")();
      const wrong = [() => tensors(text), () => linear({ weight: { shape: [1, 2], data: [1, 2] } }, [1, 2, 3])];
      return wrong.map((call) => { try { call(); } catch (error) { return error.message; } });
    }"""
    assert page.evaluate(said, [program, text]) == [
        "bias is of F64, expected F32 or F16",
        "x has 3 numbers, expected 2",
    ]
