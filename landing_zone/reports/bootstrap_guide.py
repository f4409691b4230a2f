"""What must be done before and after the bootstrap, phase by phase, with exact commands: as text, Markdown and JSON."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landing_zone.assembly.bootstrap import TEMPLATE_FILE
from landing_zone.plan.knowledge import STACK_PREFIX
from landing_zone.plan.organization import default_account_quota
from landing_zone.plan.roles.bootstrap import BootstrapTargets

GUIDE_FILE = "bootstrap.md"
SCRIPT_FILE = "bootstrap.sh"
DIRECT_TEMPLATE_BYTES = 51_200
"""Largest template that CloudFormation and StackSets take without a bucket."""
ACCOUNTS_WITHOUT_BUCKET = 60
"""About as many accounts fit into such a template; their tags decide."""
FOUNDATION = ("log_archive", "log_landing", "account_baseline", "alarm_hub", "audit_trail")
"""Roles that every other deployment leans on."""
_DEPLOY = "cdk deploy --app cdk.out --require-approval never --concurrency 8"


@dataclass(frozen=True)
class Phase:
    """A step on the way to a landing zone. `needs`: what must be so before its commands."""

    name: str
    needs: tuple[str, ...]
    commands: tuple[str, ...]


def phases(targets: BootstrapTargets, manifest: Path, output: Path | None) -> tuple[Phase, ...]:
    """Organization, bootstrap, foundation, accounts: in this order."""
    this = f"-m {shlex.quote(str(manifest))}"
    folder = shlex.quote(str(output) if output else "bootstrap")
    script = shlex.quote(str((output or Path("bootstrap")) / SCRIPT_FILE))
    unknown = (f"{', '.join(targets.unknown)} in the lock",) if targets.unknown else ()
    foundation = " ".join(f"'{STACK_PREFIX}-{role.replace('_', '-')}-*'" for role in FOUNDATION)
    return (
        _organization(targets, this),
        Phase(
            "bootstrap",
            (
                "the organization and its accounts",
                *unknown,
                f"credentials of the management account ({targets.management_id or 'id unknown'}), by the role that "
                "delivery.bootstrap_role names",
            ),
            (f"hlz bootstrap {this} -o {folder}", f"sh {script}", f"sh {script} --run"),
        ),
        Phase(
            "foundation",
            ("credentials of hlz-pipeline in the deploy account",),
            (f"hlz synth {this} -o cdk.out", f"{_DEPLOY} {foundation}"),
        ),
        Phase(
            "accounts",
            ("the foundation; a new account is in the manifest, and the StackSet has bootstrapped it by itself",),
            (
                f"hlz plan --write {this}",
                f"hlz synth {this} -o cdk.out",
                f"{_DEPLOY} --all",
                f"hlz adopt --write {this}",
                f"hlz settings --apply {this}",
            ),
        ),
    )


def _organization(targets: BootstrapTargets, this: str) -> Phase:
    """Before the bootstrap, which trusts the deploy account inside the organization: so both have to be there.

    Its stacks ask for no bootstrap version, and small templates need no bucket. Policy types come before guardrails.
    """
    region = f"--region {targets.home}"
    first, *others = targets.before
    room: tuple[str, ...] = ()
    needs = ["credentials of the management account, by whoever may make the organization and its accounts"]
    if targets.accounts > default_account_quota():
        needs.append(f"room for {targets.accounts} accounts; AWS's default is {default_account_quota()}")
        room = (
            "aws service-quotas request-service-quota-increase --region us-east-1 --service-code organizations "
            f"--quota-code L-E619E033 --desired-value {targets.accounts}",
        )
    if targets.accounts > ACCOUNTS_WITHOUT_BUCKET:
        needs.append(f"a bucket, by --s3-bucket, for a template above {DIRECT_TEMPLATE_BYTES:,} bytes")
    return Phase(
        "organization",
        tuple(needs),
        (
            f"hlz adopt --write {this}",
            f"hlz plan --write {this}",
            f"hlz synth {this} -o cdk.out",
            *_direct_deployment(first, region),
            *room,
            *(command for name in others for command in _direct_deployment(name, region)),
            f"hlz adopt --write {this}",
            f"hlz settings --apply --account management {this}",
        ),
    )


def _direct_deployment(name: str, region: str) -> tuple[str, str]:
    return (
        f"aws cloudformation deploy {region} --stack-name {name} --template-file cdk.out/{name}.template.json "
        "--no-fail-on-empty-changeset",
        f"aws cloudformation update-termination-protection {region} --stack-name {name} "
        "--enable-termination-protection",
    )


def guide_document(steps: Sequence[Phase], targets: BootstrapTargets, files: Sequence[Path]) -> dict[str, Any]:
    """What the `--json` document of `hlz bootstrap` has besides the findings."""
    return {
        "stack": targets.name,
        "management": {"account_id": targets.management_id, "regions": list(targets.management_regions)},
        "members": {"regions": list(targets.member_regions)},
        "withheld": list(targets.unknown),
        "files": [str(path) for path in files],
        "phases": [{"name": step.name, "needs": list(step.needs), "commands": list(step.commands)} for step in steps],
    }


def guide_text(steps: Sequence[Phase], document: Mapping[str, Any]) -> str:
    """The phases for a terminal, then what was written or why not."""
    lines: list[str] = []
    for number, step in enumerate(steps, start=1):
        lines += [f"{number}. {step.name}", *(f"   needs {need}" for need in step.needs)]
        lines += [*(f"     {command}" for command in step.commands), ""]
    lines += [f"{document['rules_run']} rules run, {document['acknowledged']} findings acknowledged."]
    if document["withheld"]:
        lines.append(f"{TEMPLATE_FILE} is withheld: {', '.join(document['withheld'])} not known yet.")
    lines += [f"Wrote {path}" for path in document["files"]]
    if note := _size_note(document):
        lines.append(note)
    return "\n".join(lines)


def guide_markdown(steps: Sequence[Phase], targets: BootstrapTargets, document: Mapping[str, Any]) -> str:
    """The page that goes with template and script."""
    lines = [
        "# Bootstrap",
        "",
        f"Stack `{targets.name}` in the management account ({', '.join(targets.management_regions)}) and StackSet "
        f"`{targets.name}` for all others ({', '.join(targets.member_regions)}). `{SCRIPT_FILE}` shows its commands; "
        "with `--run` it carries them out. It may be run again.",
        "",
    ]
    if document["withheld"]:
        lines += [f"`{TEMPLATE_FILE}` is withheld: {', '.join(document['withheld'])} not known yet.", ""]
    if note := _size_note(document):
        lines += [note, ""]
    for number, step in enumerate(steps, start=1):
        lines += [f"## {number}. {step.name.capitalize()}", "", *(f"Needs {need}." for need in step.needs), ""]
        lines += [f"    {command}" for command in step.commands] + [""]
    return "\n".join(lines)


def _size_note(document: Mapping[str, Any]) -> str:
    size = document.get("template_bytes") or 0
    if size <= DIRECT_TEMPLATE_BYTES:
        return ""
    return (
        f"The template has {size:,} bytes, more than the {DIRECT_TEMPLATE_BYTES:,} that can be handed over directly: "
        "put it into a bucket and give its address with --template-url (StackSet) and --s3-bucket (deploy)."
    )
