"""The real CDK CLI accepts what `hlz synth` writes, and running app.py itself gives the same."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from landing_zone.assembly.fan_out import write_assembly
from landing_zone.plan.model import Deployment, Environment, Plan, Variant
from tests.arrangement import (
    PRODUCTION,
    RECOVERY,
    ROOT,
    TRAINING,
    Completed,
    Synthesized,
    cdk,
    clinic,
    files_in,
    hlz,
    read_json,
    shared_files_in,
    synthesized,
    written,
)

pytestmark = pytest.mark.cdk

# Speaks of the same role and rule as the toolkit's own, so that the cached variant is used; fits no resource.
UNUSED_ACKNOWLEDGEMENT = {
    "rule": "HIPAA.Security-S3BucketLoggingEnabled",
    "role": "log_archive",
    "resource": "Nothing*",
    "reason": "fits nothing, so it must be an error",
    "owner": "tests",
}


@pytest.fixture
def assembly(clinic_synthesized: Synthesized) -> Path:
    return clinic_synthesized.assembly


@pytest.fixture
def output(assembly: Path, tmp_path: Path) -> Path:
    """A copy of the clinic's assembly, as an earlier run would have left it."""
    return Path(shutil.copytree(assembly, tmp_path / "cdk.out", ignore=shutil.ignore_patterns("*.lock")))


def deployments_in(assembly: Path) -> list[str]:
    """Names of the deployments of an assembly, as its index gives them."""
    names = list(read_json(assembly / "landing-zone.json")["deployments"])
    assert {PRODUCTION, RECOVERY, TRAINING} < set(names)
    return names


def run_app(command: str, manifest: Path, output: Path, home: Path, *options: str, **variables: str) -> Completed:
    """The CDK CLI on our cdk.json, as a user calls it in the checkout."""
    return cdk(command, *options, "-c", f"manifest={manifest}", "-o", output, home=home, cwd=ROOT, **variables)


def test_the_cli_lists_every_deployment(assembly: Path, home: Path, tmp_path: Path) -> None:
    listed = cdk("--app", assembly, "ls", home=home, cwd=tmp_path)
    assert (listed.stdout.split(), listed.returncode) == (deployments_in(assembly), 0), listed.stderr


def test_the_cli_prints_the_template_that_was_written(assembly: Path, home: Path, tmp_path: Path) -> None:
    printed = cdk("--app", assembly, "synth", RECOVERY, "--json", home=home, cwd=tmp_path)
    template = read_json(assembly / f"{RECOVERY}.template.json")
    del template["Rules"]  # the check of the bootstrap version, which the CLI never prints
    assert json.loads(printed.stdout) == template


def test_a_template_does_not_differ_from_itself(assembly: Path, home: Path, tmp_path: Path) -> None:
    template = assembly / f"{PRODUCTION}.template.json"
    same = cdk("--app", assembly, "diff", PRODUCTION, "-e", "--fail", "--template", template, home=home, cwd=tmp_path)
    assert same.returncode == 0
    assert "Number of stacks with differences: 0" in same.stdout + same.stderr


def test_the_diff_against_an_older_template_names_what_changed(assembly: Path, home: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.template.json"
    text = (assembly / f"{PRODUCTION}.template.json").read_text(encoding="utf-8")
    older.write_text(text.replace('"RetentionInDays":2192', '"RetentionInDays":365'), encoding="utf-8")
    diff = cdk("--app", assembly, "diff", PRODUCTION, "-e", "--fail", "--template", older, home=home, cwd=tmp_path)
    assert diff.returncode == 1
    for part in ("AWS::Logs::LogGroup", "RetentionInDays", "[-] 365", "[+] 2192", "stacks with differences: 1"):
        assert part in diff.stdout + diff.stderr


def test_the_cli_reads_the_dependencies_of_the_plan(home: Path, tmp_path: Path) -> None:
    variant = Variant("workload_network", {"region": "us-east-1"})
    plan = Plan(
        tuple(
            Deployment(name, variant, Environment(name, "us-east-1"), "123456789012", (), depends_on=depends_on)
            for name, depends_on in (("a-spoke", ("m-hub",)), ("m-hub", ("z-keys",)), ("z-keys", ()))
        )
    )
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    write_assembly(tmp_path, plan, {variant.id: synthesized(variant.id, template)}, {})
    listed = cdk("--app", tmp_path, "ls", "a-spoke", "--show-dependencies", "--json", home=home, cwd=tmp_path)
    keys = {"id": "z-keys", "dependencies": []}
    hub = {"id": "m-hub", "dependencies": [keys]}
    assert json.loads(listed.stdout)[0] == {"id": "a-spoke", "dependencies": [hub]}


def test_cdk_synth_writes_what_hlz_synth_writes_again_and_again(
    clinic_synthesized: Synthesized, home: Path, tmp_path: Path
) -> None:
    output = tmp_path / "deep" / "cdk.out"
    for command in ("synth", "ls"):
        result = run_app(command, clinic_synthesized.manifest, output, home, "--quiet")
        assert result.returncode == 0, result.stderr
        assert files_in(output) == shared_files_in(
            clinic_synthesized.assembly
        )  # so the CLI has taken its locks away, too
    assert [path.name for path in output.parent.iterdir()] == ["cdk.out"]


def test_the_manifest_given_to_the_cli_goes_before_the_environment(
    clinic_synthesized: Synthesized, home: Path, tmp_path: Path
) -> None:
    listed = run_app("ls", clinic_synthesized.manifest, tmp_path / "out", home, HLZ_MANIFEST="elsewhere.yaml")
    assert listed.stdout.split() == deployments_in(clinic_synthesized.assembly), listed.stderr


def test_a_broken_manifest_stops_the_cli_and_leaves_the_previous_assembly(
    output: Path, home: Path, tmp_path: Path
) -> None:
    before = files_in(output)
    manifest = written(tmp_path)
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("ou: phi/production", "ou: phi/prodution"), encoding="utf-8")
    result = run_app("ls", manifest, output, home)
    assert result.returncode == 1
    assert f"{manifest}:" in result.stderr
    assert "did you mean 'phi/production'?" in result.stderr
    assert "Traceback" not in result.stderr
    assert files_in(output) == before


def test_findings_stop_the_cli_and_leave_nothing_to_deploy(output: Path, home: Path, tmp_path: Path) -> None:
    before = files_in(output)
    manifest = written(tmp_path, clinic(acknowledgements=[UNUSED_ACKNOWLEDGEMENT]))
    for _ in range(2):
        result = run_app("ls", manifest, output, home)
        assert result.returncode == 1
        assert "Nothing*" in result.stderr
        assert "Traceback" not in result.stderr
        assert not (output / "cdk.out").exists()
    assert files_in(tmp_path / "cdk.out.stale").items() >= before.items()


def test_hlz_does_not_swap_a_folder_that_the_cli_is_reading(
    clinic_synthesized: Synthesized, output: Path, home: Path, tmp_path: Path
) -> None:
    (output / f"read.{os.getpid()}.1.lock").write_text(str(os.getpid()))  # as `cdk deploy --app` leaves it meanwhile
    before = files_in(output)
    result = hlz("synth", "-m", clinic_synthesized.manifest, "-o", output, home=home, cwd=tmp_path)
    assert (result.returncode, files_in(output)) == (2, before)
    assert f"the CDK CLI (process {os.getpid()}) is reading" in result.stderr
