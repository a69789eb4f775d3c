"""The figures' scripts: put together right, and small enough."""

import re
import shutil
import subprocess

import pytest

from lstmlib.figures import bundle


@pytest.mark.parametrize("name", bundle.FIGURES)
def test_module_is_one_text_with_one_default_export(name):
    text = bundle.module_script(name)
    assert not re.search(r"^import\b", text, re.MULTILINE)
    assert re.findall(r"^export .*", text, re.MULTILINE) == re.findall(
        r"^export default figure\(.*", text, re.MULTILINE
    )
    assert text.count("export default") == 1


def test_classic_script_has_every_figure_and_no_module_syntax():
    text = bundle.classic_script()
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
    for name in bundle.FIGURES:
        assert f'figure("lstm-{name.replace("_", "-")}"' in text
    assert len(text.encode()) < 250_000


def test_every_script_is_bundled():
    there = {path.stem for path in bundle.FOLDER.glob("*.js")}
    assert there == {"kit", *bundle.FIGURES}


@pytest.mark.parametrize("line", ['import x from "./other.js";', "export { x };", "export let x = 1;"])
def test_what_cannot_be_bundled_is_refused(line, tmp_path, monkeypatch):
    (tmp_path / "odd.js").write_text(line + "\n", encoding="utf8")
    (tmp_path / "kit.js").write_text("", encoding="utf8")
    monkeypatch.setattr(bundle, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"odd\.js"):
        bundle.module_script("odd")


@pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed; the browser tests run the same scripts"
)
@pytest.mark.parametrize("form", ["classic", *bundle.FIGURES])
def test_scripts_parse(form, tmp_path):
    file = tmp_path / ("script.js" if form == "classic" else "script.mjs")
    file.write_text(bundle.classic_script() if form == "classic" else bundle.module_script(form), encoding="utf8")
    done = subprocess.run(["node", "--check", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [*(name for name in bundle.FIGURES if name != "quiz"), "cell_2000"])
def test_still_is_one_small_picture_that_needs_nothing_else(name):
    text = bundle.still(name)
    assert text.startswith("<svg ")
    assert "<title>" in text
    assert len(text.encode()) < 30_000
    for outside in ("href", "url(", "class=", "var(", "<style", "<script", "id="):
        assert outside not in text
