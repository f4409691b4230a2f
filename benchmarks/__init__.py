"""What the project claims about speed and memory, runnable: `python -m benchmarks.NAME` prints one JSON line."""
