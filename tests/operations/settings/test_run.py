"""Whole runs: order, dependencies, concurrency, failures in the middle, and going on afterwards."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from landing_zone.operations.settings.execute import ApiError, Result
from landing_zone.operations.settings.journal import open_journal
from landing_zone.operations.settings.run import apply_all, plan_all
from landing_zone.operations.settings.steps import Json, Step
from landing_zone.operations.side_by_side import Brake, Stopped
from tests.operations.settings.arrange import ACCOUNT_SETTINGS, EXAMPLES, IDS, Cloud, cloud_of, steps, whole_cloud

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERYTHING: Json = {"accounts": [], "settings": []}


def run(
    path: Path,
    wanted: list[Step],
    cloud: Any,
    *,
    workers: int = 4,
    now: datetime = NOW,
    brake: Brake | None = None,
) -> list[Result]:
    """Apply with a journal, as the command does."""
    with open_journal(path, EVERYTHING, lambda: now) as journal:
        journal.begin("m", "t", EVERYTHING)
        results = apply_all(wanted, cloud, journal, workers=workers, brake=brake or Brake(), progress=lambda done: None)
        journal.end(complete=all(r.status in ("applied", "unchanged", "done") for r in results), counts={})
    return results


def planned(wanted: list[Step], cloud: Any) -> list[Result]:
    return plan_all(wanted, cloud, workers=4, brake=Brake(), progress=lambda done: None)


def statuses(results: list[Result]) -> Counter[str]:
    return Counter(result.status for result in results)


def denied_in(account: str, *names: str) -> Callable[[str, str], None]:
    def hook(called_in: str, name: str) -> None:
        if called_in == IDS[account] and (name in names or not names):
            raise ApiError("AccessDenied", f"{name} in {account}")

    return hook


def test_a_second_run_applies_nothing(tmp_path: Path) -> None:
    cloud, wanted = whole_cloud(), steps(*ACCOUNT_SETTINGS)
    assert statuses(run(tmp_path / "j", wanted, cloud)).keys() == {"applied", "unchanged"}
    made = len(cloud.made())
    assert statuses(run(tmp_path / "j", wanted, cloud)) == {"unchanged": len(wanted)}
    assert len(cloud.made()) == made


def test_a_plan_calls_reads_only_and_finds_what_applying_changes(tmp_path: Path) -> None:
    wanted = steps("ebs-encryption-by-default", "serial-console")
    cloud = Cloud(EXAMPLES["ebs-encryption-by-default"]["before"] | EXAMPLES["serial-console"]["after"], {})
    results = planned(wanted, cloud)
    assert cloud.made() == []
    assert {r.step.name: r.status for r in results} == {
        "ebs-encryption-by-default": "change",
        "serial-console": "unchanged",
    }


@pytest.mark.parametrize("workers", [1, 16])
def test_the_result_does_not_depend_on_the_number_of_workers(tmp_path: Path, workers: int) -> None:
    cloud, wanted = whole_cloud(hook=denied_in("backup", "GetEbsEncryptionByDefault")), steps(*ACCOUNT_SETTINGS)
    results = run(tmp_path / "j", wanted, cloud, workers=workers)
    assert [result.step.key for result in results] == [step.key for step in wanted]
    unknown = {(r.step.name, r.step.account) for r in results if r.status == "unknown"}
    assert unknown == {("ebs-encryption-by-default", "backup")}
    assert statuses(results)["unknown"] == 2  # in both Regions
    assert cloud.count()["GetEbsEncryptionByDefault"] >= 2 * (len(IDS) - 1)


def test_accounts_are_worked_on_at_the_same_time(tmp_path: Path) -> None:
    barrier = threading.Barrier(4, timeout=10)

    def api(account: str, region: str, service: str, name: str, parameters: Json, /) -> tuple[Json, str]:
        barrier.wait()  # passes only when four calls are under way together
        return {"EbsEncryptionByDefault": True}, ""

    wanted = steps("ebs-encryption-by-default", accounts=("backup", "network", "security", "log-archive"))
    assert statuses(run(tmp_path / "j", wanted, api)) == {"unchanged": 8}


def test_changes_of_the_organization_are_never_made_side_by_side(tmp_path: Path) -> None:
    under_way, together = [0], [0]
    cloud = cloud_of("guardduty-administrator")

    def api(*call: Any) -> tuple[Json, str]:
        under_way[0] += 1
        together[0] = max(together[0], under_way[0])
        time.sleep(0.02)  # long enough for a second thread to be seen
        try:
            return cloud(*call)
        finally:
            under_way[0] -= 1

    run(tmp_path / "j", steps("guardduty-administrator"), api, workers=8)
    assert (together[0], cloud.count()["EnableOrganizationAdminAccount"]) == (1, 2)


def test_an_account_that_refuses_everything_leaves_the_others_done(tmp_path: Path) -> None:
    cloud, wanted = whole_cloud(hook=denied_in("network")), steps(*ACCOUNT_SETTINGS)
    results = run(tmp_path / "j", wanted, cloud)
    assert {r.step.account for r in results if r.status == "unknown"} == {"network"}
    assert {r.status for r in results if r.step.account != "network"} == {"applied", "unchanged"}


def test_what_depends_on_something_that_failed_is_skipped_and_not_called(tmp_path: Path) -> None:
    cloud = cloud_of("trusted-access")
    cloud.hook = denied_in("management", "EnableAWSServiceAccess")
    results = run(tmp_path / "j", steps("trusted-access", "alternate-contacts"), cloud)
    assert statuses(results) == {"failed": 1, "skipped": 3 * len(IDS)}
    assert results[-1].reason == "trusted-access is not as desired"
    assert "GetAlternateContact" not in cloud.count()


def test_a_regional_failure_holds_up_its_own_region_only(tmp_path: Path) -> None:
    both = {key: EXAMPLES["macie-administrator"]["after"] | EXAMPLES["macie-organization"]["after"] for key in "ab"}
    inner = Cloud(both["a"], both["b"])

    def api(account: str, region: str, service: str, name: str, parameters: Json, /) -> tuple[Json, str]:
        if region == "us-west-2" and name == "ListOrganizationAdminAccounts":
            raise ApiError("AccessDenied", name)
        return inner(account, region, service, name, parameters)

    results = run(tmp_path / "j", steps("macie-administrator", "macie-organization"), api)
    assert {(r.step.name, r.step.region): r.status for r in results} == {
        ("macie-administrator", "us-east-1"): "unchanged",
        ("macie-administrator", "us-west-2"): "unknown",
        ("macie-organization", "us-east-1"): "unchanged",
        ("macie-organization", "us-west-2"): "skipped",
    }


def test_after_a_partial_failure_only_what_failed_is_repeated(tmp_path: Path) -> None:
    cloud, wanted = whole_cloud(hook=denied_in("backup", "PutPublicAccessBlock")), steps(*ACCOUNT_SETTINGS)
    first = run(tmp_path / "j", wanted, cloud)
    assert statuses(first)["failed"] == 1
    seen = len(cloud.calls)
    cloud.hook = lambda account, name: None
    cloud.changed.discard((IDS["backup"], "us-east-1"))  # a change that failed changed nothing
    second = run(tmp_path / "j", wanted, cloud)
    assert statuses(second) == {"done": len(wanted) - 1, "applied": 1}
    again = cloud.calls[seen:]
    assert [name for _, _, name, _ in again] == ["GetPublicAccessBlock", "PutPublicAccessBlock", "GetPublicAccessBlock"]
    assert {account for account, _, _, _ in again} == {IDS["backup"]}
    third = run(tmp_path / "j", wanted, cloud)
    assert statuses(third) == {"unchanged": len(wanted)}  # the run before was finished: everything is read again


def test_what_was_seen_more_than_a_day_ago_is_read_again(tmp_path: Path) -> None:
    cloud, wanted = whole_cloud(hook=denied_in("backup", "PutPublicAccessBlock")), steps(*ACCOUNT_SETTINGS)
    run(tmp_path / "j", wanted, cloud)
    later = run(tmp_path / "j", wanted, cloud, now=NOW + timedelta(hours=25))
    assert "done" not in statuses(later)


def test_a_step_for_which_something_else_is_wanted_now_is_not_done(tmp_path: Path) -> None:
    cloud = Cloud(EXAMPLES["accounts-quota"]["after"], EXAMPLES["accounts-quota"]["after"])

    def broken(account: str, name: str) -> None:
        if name == "DescribeOrganizationsAccess":
            raise ApiError("AccessDenied", name)

    cloud.hook = broken
    cloud.before = {**cloud.before, "DescribeOrganizationsAccess": {}}
    run(tmp_path / "j", steps("accounts-quota", "stacksets-access"), cloud)
    accounts = [{"name": "a", "ou": "nonphi", "owner": "x", "data": "none"}]
    fewer = [s for s in steps("accounts-quota", accounts=("management",))]
    assert statuses(run(tmp_path / "j", fewer, cloud)) == {"done": 1}
    changed = steps_of_manifest(accounts)
    assert "done" not in statuses(run(tmp_path / "j", changed, cloud))


def steps_of_manifest(accounts: list[Json]) -> list[Step]:
    from landing_zone.operations.settings.steps import steps_of
    from tests.operations.settings.arrange import loaded

    return steps_of(loaded(accounts=accounts).manifest, IDS, settings=["accounts-quota"])


def test_a_run_that_is_stopped_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    brake, wanted, cloud = Brake(), steps(*ACCOUNT_SETTINGS), whole_cloud()

    def stop(account: str, name: str) -> None:
        if len(cloud.calls) == 40:
            brake.pull()

    cloud.hook = stop
    with pytest.raises(Stopped):
        run(tmp_path / "j", wanted, cloud, brake=brake)
    seen = len(cloud.calls)
    assert 40 < seen < 60
    cloud.hook = lambda account, name: None
    results = run(tmp_path / "j", wanted, cloud)
    assert statuses(results)["done"] > 5
    assert statuses(results).keys() <= {"done", "applied", "unchanged"}
    assert len(results) == len(wanted)


def test_an_error_of_ours_ends_the_run_at_once_and_is_not_hidden(tmp_path: Path) -> None:
    def api(*call: Any) -> tuple[Json, str]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(tmp_path / "j", steps(*ACCOUNT_SETTINGS), api)


def test_progress_counts_every_step(tmp_path: Path) -> None:
    seen: list[int] = []
    wanted = steps("serial-console")
    cloud = Cloud(EXAMPLES["serial-console"]["after"], {})
    plan_all(wanted, cloud, workers=4, brake=Brake(), progress=seen.append)
    assert sorted(seen) == list(range(1, len(wanted) + 1))
