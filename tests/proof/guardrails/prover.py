"""The prover as fresh modules, as it is or with one text of its source changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import CodeType, ModuleType
from typing import Any

from landing_zone.policy_data import ROOT

PACKAGE = "landing_zone.proof.guardrails"
MODULES = (
    *("globs", "operators", "constraints", "organization", "actions", "statements"),
    *("keys", "search", "questions", "decide"),
)
"""In the order of their imports. Theorems are data, and the same for all."""
_FOLDER = ROOT / "landing_zone/proof/guardrails"


@dataclass(frozen=True)
class Change:
    """A text of a module (`decide`) and what stands in its place."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class Prover:
    """Modules by name: `prover.globs` is its `globs.py`."""

    modules: dict[str, ModuleType]

    def __getattr__(self, name: str) -> Any:
        if name not in self.modules:
            raise AttributeError(name)
        return self.modules[name]


@contextmanager
def prover(change: Change | None = None) -> Iterator[Prover]:
    """The prover's modules, executed anew under names of their own. Raises ValueError: the text is not there once."""
    package = ModuleType("prover_under_test")
    package.__path__ = []
    theorems = __import__(f"{PACKAGE}.theorems", fromlist=["theorems"])
    names = {package.__name__: package, f"{package.__name__}.theorems": theorems}
    sys.modules.update(names)
    try:
        for name in MODULES:
            module = ModuleType(f"{package.__name__}.{name}")
            names[module.__name__] = sys.modules[module.__name__] = module
            exec(_code(name, change if change and change.module == name else None), module.__dict__)
            setattr(package, name, module)
        yield Prover({name: names[f"{package.__name__}.{name}"] for name in MODULES})
    finally:
        for name in names:
            del sys.modules[name]


@cache
def _code(name: str, change: Change | None) -> CodeType:
    path = _FOLDER / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    if change and source.count(change.old) != 1:
        raise ValueError(f"{name}.py has {source.count(change.old)} times: {change.old}")
    source = source.replace(change.old, change.new) if change else source
    return compile(source.replace(PACKAGE, "prover_under_test"), str(path), "exec")
