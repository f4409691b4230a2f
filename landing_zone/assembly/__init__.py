"""Cloud assemblies: render variants into deployments, cache them, write the result whole or not at all.

Works on files and plan values; never on constructs.
"""
