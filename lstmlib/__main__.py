"""``python -m lstmlib`` is the command ``lstmlib``."""

from lstmlib.cli import main

main()
