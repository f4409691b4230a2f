"""Benchmarks that judge something: what they seed is what they say."""
