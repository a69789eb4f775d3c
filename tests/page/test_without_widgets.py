"""Where widgets are missing, the figures say what to install."""

import subprocess
import sys


def test_the_figures_say_what_to_install():
    code = "import sys; sys.modules.update(anywidget=None, traitlets=None); import lstmlib.figures"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "pip install anywidget" in done.stderr
