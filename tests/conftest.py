"""What the whole test session shares: one home for caches and the CLI, and one assembly, because node runs cost 6 s."""

from __future__ import annotations

import fcntl
import gc
import os
from pathlib import Path
from typing import Any

import pytest

from tests.arrangement import Synthesized, hlz, written

gc.set_threshold(100_000, 50, 100)
"""As `hlz` has it. A worker holds 500 MB of modules and tests; walking them every 700 allocations cost an eighth."""

KEPT_TOGETHER = frozenset({"tests/test_deploy.py"})
"""Files whose tests share a fixture of 12 s, which every worker would build again."""

APART = ("tests/test_", "tests/reports/assurance_page/")
"""Where tests take seconds each and wait for processes: they come first and are handed out one by one."""

LONGEST = "tests/test_examples.py::test_every_rule_passes_on_every_variant_and_cfn_lint_on_every_shape"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first: at the end the other workers would wait for them."""
    items.sort(key=lambda item: (item.nodeid != LONGEST, not item.nodeid.startswith(APART)))


def pytest_collection_finish() -> None:
    """What is there after collection stays: the cycle collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def home(shared: Path) -> Path:
    """Home of the processes that tests start: the cache of variants, state of the CDK CLI. A second run is warm."""
    folder = shared / "home"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def clinic_synthesized(shared: Path, home: Path) -> Synthesized:
    """The clinic, synthesized once for all workers. Tests read it; those that change something copy it."""
    folder = shared / "clinic"
    with (shared / "clinic.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = Synthesized(folder / "landing-zone.yaml", folder / "cdk.out")
        if not found.assembly.is_dir():
            folder.mkdir(exist_ok=True)
            result = hlz("synth", "-q", "-m", written(folder), "-o", found.assembly, home=home, cwd=folder)
            assert result.returncode == 0, result.stderr
    return found


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out files, and one by one the tests of those that are APART, unless they are KEPT_TOGETHER.

    The tests of a file share fixtures and caches, and the scheduler takes seconds for thousands of single tests.
    `--dist loadgroup` would do, were it not for pytest 9.2, where xdist 3.8 cannot append the group to a test's id.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            return nodeid if file.startswith(APART) and file not in KEPT_TOGETHER else file

    config.option.loadscopereorder = False  # xdist would start with the files of most tests
    return Scheduling(config, log)
