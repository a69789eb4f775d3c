"""``python -m lstmlib.translation``: see ``command.py``, which worker processes can import by its name."""

from lstmlib.translation.command import main

if __name__ == "__main__":
    main()
