"""Tests, in folders that mirror the layout of the project."""
