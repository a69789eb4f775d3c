"""Which browser opens pages where no person does: in tests, in a benchmark, for still pictures."""

import os
import shutil

# The first is Chromium without windows, which opens a page several times as fast.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """Return the path of a Chromium, the one in $CHROMIUM or else the system's; ``None`` where there is none."""
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *BROWSERS))), None)
