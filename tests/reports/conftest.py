"""Assemblies made here have no theorems about guardrails, which cost 3 CPU s each; those of `hlz synth` have them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.arrangement import without_guardrail_proofs


@pytest.fixture(scope="session", autouse=True)
def assemblies_without_guardrail_proofs() -> Iterator[None]:
    """Before fixtures of modules make any."""
    with without_guardrail_proofs():
        yield
