"""Bitácora: a Jupyter teaching and internship kit.

The package has two wings that never import each other: what a lesson imports (`kit.learn`, and the
subjects beside it) and the engine that runs, verifies and grades (`kit.notebooks` and the floors above
it). `kit.errors` and `kit.i18n` are the ground under both.
"""

__version__ = "0.1.0"
