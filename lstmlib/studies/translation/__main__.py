"""``python -m lstmlib.studies.translation``: see ``command.py``, which worker processes can import by its name."""

from lstmlib.studies.translation.command import main

if __name__ == "__main__":
    main()
