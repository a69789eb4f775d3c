"""What the interactive figures share, and what runs in the page.

``kit.js`` draws and sets up controls, ``figure.py`` is the figures' class, ``bundle.py`` puts scripts together, workers
among them.
"""
