"""`bootstrap.sh`: the AWS CLI commands that bring the bootstrap's template into every account, for a POSIX shell."""

from __future__ import annotations

import json
import shlex

from landing_zone.assembly.bootstrap import TEMPLATE_FILE
from landing_zone.plan.roles.bootstrap import BootstrapTargets

CAPABILITIES = "CAPABILITY_NAMED_IAM"  # the CDK CLI finds roles by their names
_PREAMBLE = f"""#!/bin/sh
# Bootstraps every account for `cdk deploy`: the management account directly, the others by a StackSet.
# Without --run it shows the commands and calls nothing. Needs AWS CLI v2 and credentials of the management account.
set -eu

shown() {{
  line=
  for word do
    line="$line '$(printf '%s' "$word" | sed "s/'/'\\\\\\\\''/g")'"
  done
  printf '%s\\n' "${{line# }}"
}}

settled() {{
  while :; do
    status=$(aws cloudformation describe-stack-set-operation --region "$home" --call-as SELF \\
      --stack-set-name "$name" --operation-id "$1" --query StackSetOperation.Status --output text)
    case $status in
      RUNNING | QUEUED | STOPPING) sleep "${{POLL_SECONDS:-15}}" ;;
      SUCCEEDED) return 0 ;;
      *)
        echo "operation $1 of the StackSet ended as $status" >&2
        exit 1
        ;;
    esac
  done
}}

case "${{1-}}" in
  --run)
    dry=
    run() {{ "$@"; }}
    operate() {{ operation=$("$@" --query OperationId --output text); settled "$operation"; }}
    ;;
  '')
    dry=yes
    run() {{ shown "$@"; }}
    operate() {{ shown "$@"; }}
    ;;
  *)
    echo "usage: $0 [--run]" >&2
    exit 2
    ;;
esac

folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
template=$folder/{TEMPLATE_FILE}
[ -f "$template" ] || {{ echo "$template is missing: run hlz bootstrap again" >&2; exit 2; }}
"""


def bootstrap_script(targets: BootstrapTargets) -> str:
    """The script. Everything that comes from a manifest is quoted for the shell."""
    return "\n".join(
        [_PREAMBLE, *_variables(targets), "", *_credentials(), *_management(targets), "", *_members(targets), ""]
    )


def _variables(targets: BootstrapTargets) -> list[str]:
    return [
        f"name={shlex.quote(targets.name)}",
        f"home={shlex.quote(targets.home)}",
        f"management={shlex.quote(targets.management_id or '')}",
    ]


def _credentials() -> list[str]:
    return [
        'if [ -z "$dry" ]; then',
        "  account=$(aws sts get-caller-identity --query Account --output text)",
        '  [ "$account" = "$management" ] || { echo "these are credentials of $account, not of the management account'
        ' $management" >&2; exit 2; }',
        "fi",
        "",
    ]


def _management(targets: BootstrapTargets) -> list[str]:
    lines = ["# The management account; a StackSet never reaches it."]
    tags = [f"{key}={text}" for key, text in targets.tags]
    for region in targets.management_regions:
        place = ["--region", shlex.quote(region), "--stack-name", '"$name"']
        lines += [
            _command(
                "run aws cloudformation deploy",
                *place,
                "--template-file",
                '"$template"',
                "--capabilities",
                CAPABILITIES,
                "--no-fail-on-empty-changeset",
                "--tags",
                shlex.join(tags),
            ),
            _command("run aws cloudformation update-termination-protection", *place, "--enable-termination-protection"),
        ]
    return lines


def _members(targets: BootstrapTargets) -> list[str]:
    tags = json.dumps([{"Key": key, "Value": text} for key, text in targets.tags])
    regions = shlex.join(targets.member_regions)
    preferences = json.dumps(
        {
            "RegionConcurrencyType": "SEQUENTIAL",
            "RegionOrder": list(targets.member_regions),
            "MaxConcurrentPercentage": 25,
            "FailureToleranceCount": 0,
            "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",  # else 0 tolerated failures mean one account at a time
        }
    )
    stack_set = ["--region", '"$home"', "--call-as", "SELF", "--stack-set-name", '"$name"']
    definition = [
        *stack_set,
        "--template-body",
        '"file://$template"',
        "--capabilities",
        CAPABILITIES,
        "--permission-model",
        "SERVICE_MANAGED",
        "--auto-deployment",
        "Enabled=true,RetainStacksOnAccountRemoval=true",
        "--managed-execution",
        "Active=true",
        "--tags",
        shlex.quote(tags),
    ]
    operation = ["--operation-preferences", shlex.quote(preferences)]
    return [
        "# The others, and every account that joins the organization later.",
        'run aws cloudformation activate-organizations-access --region "$home"',
        'if [ -z "$dry" ]; then',
        "  root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)",
        "else",
        "  root=ROOT_ID # of `aws organizations list-roots`",
        "fi",
        'if [ -z "$dry" ] && aws cloudformation describe-stack-set --region "$home" --call-as SELF \\',
        '  --stack-set-name "$name" >/dev/null 2>&1; then',
        "  " + _command("operate aws cloudformation update-stack-set", *definition, *operation),
        "else",
        "  " + _command("run aws cloudformation create-stack-set", *definition),
        "fi",
        _command(
            "operate aws cloudformation create-stack-instances",
            *stack_set,
            "--deployment-targets",
            '"OrganizationalUnitIds=$root"',
            "--regions",
            regions,
            *operation,
        ),
    ]


def _command(*words: str) -> str:
    return " ".join(words)
