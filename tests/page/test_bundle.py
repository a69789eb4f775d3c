"""The figures' scripts: put together right, and small enough."""

import json
import re
import shutil
import subprocess

import pytest

from lstmlib.page import bundle


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


def test_a_page_s_script_has_its_own_figures_alone():
    page = '<p>about lstm-cell</p><lstm-quiz class="lstm-figure"></lstm-quiz><lstm-error-chain><lstm-x>'
    names = bundle.figures_in(page)
    assert names == ["error_chain", "quiz"]
    text = bundle.classic_script(names)
    assert re.findall(r'figure\("lstm-([a-z-]+)"', text) == ["error-chain", "quiz"]
    assert len(text) < 40_000 < len(bundle.classic_script())


def test_every_figure_has_a_script_and_a_class_of_one_name():
    scripts = {path.stem for path in bundle.FOLDER.glob("*.js")}
    classes = {path.stem for path in bundle.FOLDER.glob("*.py")} - {"__init__"}
    assert scripts == classes == set(bundle.FIGURES)


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    """Write files into a figures' folder and a page's folder of their own: ``rooms({"figures/odd.js": text})``."""
    monkeypatch.setattr(bundle, "FOLDER", tmp_path / "figures")
    monkeypatch.setattr(bundle, "PAGE", tmp_path / "page")

    def write(files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf8")

    (tmp_path / "page").mkdir()
    return write


@pytest.mark.parametrize(
    "line",
    [
        'import x from "../page/kit.js";',
        'import * as x from "../page/kit.js";',
        'import "../page/kit.js";',
        "export { x };",
        "export let x = 1;",
        "export const { x } = y;",
        "export default 1;",
        'export * from "../page/kit.js";',
    ],
)
def test_what_cannot_be_bundled_is_refused(line, rooms):
    rooms({"figures/odd.js": line + "\n", "page/kit.js": ""})
    with pytest.raises(ValueError, match=rf"odd\.js: .*got: {re.escape(line)}"):
        bundle.module_script("odd")


def test_a_file_of_another_room_is_refused(rooms):
    rooms({"figures/odd.js": 'import { x } from "./even.js";\n', "figures/even.js": "export const x = 1;\n"})
    with pytest.raises(ValueError, match=r"odd\.js: imports \./even\.js, expected a file of page/"):
        bundle.module_script("odd")


def test_files_that_import_each_other_are_refused(rooms):
    rooms(
        {
            "figures/odd.js": 'import { a } from "../page/a.js";\n',
            "page/a.js": 'import { b } from "./b.js";\nexport const a = 1;\n',
            "page/b.js": 'import { a } from "./a.js";\nexport const b = 1;\n',
        }
    )
    with pytest.raises(ValueError, match=r"a\.js → b\.js → a\.js"):
        bundle.module_script("odd")


# Two files of the page with a private name in common, one of them imported twice, and a worker's program.
SHARED = {
    "page/sums.js": """const hidden = 3;
let counted = 0;
export function add(a, b) {
  counted += 1;
  return a + b + hidden;
}
export const calls = () => counted;
export async function later() {}
export class Sum {}
""",
    "page/products.js": """import {
  add as plus,
  calls,
} from "./sums.js";
const hidden = 5;
export const times = (a, b) => plus(a, b) * hidden + calls();
""",
    "page/learner.js": 'import { times } from "./products.js";\nonmessage = (e) => postMessage(times(...e.data));\n',
    "figures/odd.js": """import text from "../page/learner.js?text";
import { times } from "../page/products.js";
import { Sum, add, later } from "../page/sums.js";
const figure = (x) => x;
export const seven = 7;
export default figure([times(1, 2), add(seven, 2), typeof later, typeof Sum, text]);
""",
}


def run(text, tmp_path):
    (tmp_path / "run.mjs").write_text(text, encoding="utf8")
    done = subprocess.run(["node", str(tmp_path / "run.mjs")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed; the browser tests run the same scripts"
)


@needs_node
def test_files_keep_their_own_names_and_are_run_once(rooms, tmp_path):
    rooms(SHARED)
    module = bundle.module_script("odd").replace("export default figure(", "const shown = figure(")
    times, added, later, kind, text = run(module + "console.log(JSON.stringify(shown));", tmp_path)
    assert times == (1 + 2 + 3) * 5 + 1  # counted by the one copy that both files share
    assert (added, later, kind) == (12, "function", "function")
    assert module.count("const hidden = 3") == 1 + text.count("const hidden = 3") == 2
    assert text == bundle.worker_script("learner")


@needs_node
def test_a_text_is_a_whole_program(rooms, tmp_path):
    rooms(SHARED)
    worker = f"let onmessage, postMessage = (m) => console.log(m);\n{bundle.worker_script('learner')}"
    assert run(worker + "onmessage({data: [1, 2]});", tmp_path) == 31


@needs_node
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
    assert len(text.encode()) < 40_000
    for outside in ("href", "url(", "class=", "var(", "<style", "<script", "id="):
        assert outside not in text
