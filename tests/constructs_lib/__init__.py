"""Tests of `constructs_lib` that no stack shows."""
