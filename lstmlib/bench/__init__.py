"""How fast the layers are, as ratios measured side by side in one run: ``python -m lstmlib.bench``."""
