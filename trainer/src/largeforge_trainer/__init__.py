"""LargeForge's trainer: `python -m largeforge_trainer --spec spec.json --out DIR` turns a folder into an adapter."""

__version__ = "0.1.0"
