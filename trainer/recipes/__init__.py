"""How nano and the sample data sets were made: run from `trainer/`, as `python -m recipes.<name>`."""
