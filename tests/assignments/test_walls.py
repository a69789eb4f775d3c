"""What keeps a submission from others and from whoever reads it, tried by itself."""

import base64
import os
import signal
import subprocess
import sys

import inert
import pytest
import sealed_kernel
from in_process import sealed

import problem_sets
from lstmlib.exercises.report import expect

TRIES = """
import os, resource, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
import sealed_kernel
other = subprocess.Popen(["sleep", "60"])
open("file", "w").close()
before = os.stat("file")
sealed_kernel.landlock_version = lambda: 5
assert sealed_kernel.filter_calls()
def fails(call, *arguments):
    try:
        call(*arguments)
    except OSError:
        return True
found = [
    fails(os.kill, other.pid, 9),
    fails(resource.prlimit, other.pid, resource.RLIMIT_CPU, (1, 1)),
    fails(os.setxattr, "file", "user.a", b"1"),
    fails(socket.socket, socket.AF_UNIX),
    fails(socket.socket, socket.AF_INET, socket.SOCK_DGRAM),
    fails(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW),
]
os.chmod("file", 0), os.utime("file", (1, 1)), os.setpriority(os.PRIO_PROCESS, other.pid, 9)
os.sched_setaffinity(other.pid, {min(os.sched_getaffinity(0))})
after = os.stat("file")
found += [(after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)]
found += [os.getpriority(os.PRIO_PROCESS, other.pid) == os.getpriority(os.PRIO_PROCESS, 0)]
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
socket.socket().close(), socket.socketpair()[0].close()
found += [subprocess.run(["true"]).returncode == 0]
print(found, other.pid)
"""


@pytest.mark.skipif(not sealed_kernel.landlock_version(), reason="this system has no such filter")
def test_calls_that_reach_others_do_nothing(tmp_path):
    command = [sys.executable, "-c", TRIES, str(problem_sets.COURSE)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    found, _, pid = done.stdout.rpartition(" ")
    os.kill(int(pid), signal.SIGKILL)  # it could not itself
    assert found == str([True] * 9), done.stderr


@pytest.mark.parametrize("width", [584, "584", "1 onload=alert(1)", 2.5, None, True])
def test_a_picture_keeps_its_size_and_nothing_else(width):
    from nbformat.v4 import new_output

    png = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    said = {"image/png": {"width": width, "onload": "alert(2)"}, "other": 1}
    shown = inert.harmless_output(new_output("display_data", data={"image/png": png}, metadata=said))
    assert shown.metadata == {"image/png": {"width": 584} if width == 584 else {}}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src=//evil>",
        "a <img src=x onerror=alert(1)> b",
        "<!-- --><svg onload=alert(1)>",
        "[a](javascript:alert(1))",
        "[a]( <java&#115;cript:alert(1)>)",
        "[a](JaVaScRiPt&colon;alert(1))",
        "![a](data:text/html,x)",
        "[a]: vbscript:x",
        "<javascript:alert(1)>",
    ],
)
def test_text_holds_nothing_that_runs(text):
    from nbconvert.filters import markdown2html

    page = markdown2html(inert.harmless_text(text)).lower()
    assert not any(f"<{tag}" in page.replace('<img src="#left-out"', "") for tag in ("script", "img", "svg", "!--"))
    assert "script:" not in page.replace("&lt;javascript:alert(1)", "")
    assert "data:" not in page


def test_text_that_means_no_harm_stays():
    text = "If $a < b$ and [this](https://example.org) or [that](#fig) or `x[1]`, then **so**.\n\n## Heading"
    assert inert.harmless_text(text) == text


def test_a_test_is_run_so_that_answers_neither_see_nor_fool_it():
    test = """
from lstmlib.exercises.report import expect
right = 3.0
for k in range(2):
    assert f(k) == right, f"{k}"
expect("g", g(), right)
"""
    text = sealed.enclosed(test, "word")

    class Any:
        def __eq__(self, other):
            return True

    for f, g, error in (
        (lambda k: 3.0, lambda: 3, None),
        (lambda k: Any(), lambda: 3, AssertionError),
        (lambda k: [Any()], lambda: 3, AssertionError),
        (lambda k: 3, lambda: Any(), AssertionError),
        (lambda k: 3, lambda: [[Any()]], AssertionError),
    ):
        space = {"f": f, "g": g}
        if error is None:
            exec(text, space)
            assert not {"right", "expect", "k"} & set(space)
        else:
            with pytest.raises(error, match="an object of the class Any"):
                exec(text, space)


def test_what_libraries_make_can_be_compared():
    import numpy as np
    import torch

    for answer in (1, 1.0, np.float32(1), np.int64(1), np.array(1.0), torch.tensor(1.0), np.array(1, object), True):
        expect("it", answer, 1.0)
    for answer in ([1, 2.0], (1, np.float64(2)), [torch.tensor(1.0), 2], np.float32([1, 2])):
        expect("it", answer, [1.0, 2.0])


def test_what_a_test_says_in_pieces_is_put_together():
    """A kernel on a busy machine sends a line in pieces; each is an output."""
    from nbformat.v4 import new_code_cell, new_output

    text = sealed.enclosed("assert True", "word", sealed.STATE)
    state = '{"numpy": "1", "hooks": "2"}\n'
    said = f"{state}hello\n\nword {sealed.mark(text, 'word')}\n{state}"
    for size in (len(said), 40, 7, 1):
        pieces = [new_output("stream", text=said[k : k + size]) for k in range(0, len(said), size)]
        cell = new_code_cell(text, outputs=pieces, execution_count=1)
        found, whole = sealed.settle(cell, "word")
        assert (len(found), whole, [one.text for one in cell.outputs]) == (2, True, ["hello\n"])
    cell = new_code_cell(text, outputs=[new_output("stream", text=said.replace("word ", "word 0"))], execution_count=1)
    assert not sealed.settle(cell, "word")[1], "another code has another mark"
