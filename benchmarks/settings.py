"""`python -m benchmarks.settings --accounts N --workers N --latency-ms N`: `hlz settings --apply` over accounts.

botocore serializes, signs and parses every call as it would; what is simulated is AWS, which takes its time and answers
as a new account does. Runs the settings that every account has (they are what grows with accounts) once over new
accounts and once more, when nothing is left to change. Wall and CPU seconds are those of this process.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

from botocore import handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from benchmarks.synth import FIRST_ACCOUNT_ID, write_manifest
from landing_zone.operations.settings.command import Options, settings_command
from landing_zone.plan.lock import LockedAccount, lock_path, lock_text, read_lock
from landing_zone.plan.names import SETTINGS_ROLE

CORE = ("management", "log-archive", "security", "network", "backup", "shared-services")
SETTINGS = (
    "s3-block-public-access",
    "password-policy",
    "alternate-contacts",
    "ssm-document-sharing",
    "session-manager-logging",
    "ebs-encryption-by-default",
    "image-block-public-access",
    "instance-metadata-defaults",
    "serial-console",
    "default-security-groups",
)
CONTACT = {"Name": "Team", "EmailAddress": "team@benchmark.example", "PhoneNumber": "+1 555 0100"}
DOCUMENT = {
    "cloudWatchLogGroupName": "/hlz/account/sessions",
    "cloudWatchEncryptionEnabled": True,
    "cloudWatchStreamingEnabled": True,
    "idleSessionTimeout": "15",
}
_PERMISSIONS = (
    "<item><ipProtocol>-1</ipProtocol><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item>"
)
_GROUP = (
    "<securityGroupInfo><item><groupId>sg-1</groupId><vpcId>vpc-1</vpcId>"
    "<ipPermissions>{}</ipPermissions>{}</item></securityGroupInfo>"
)
_FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_PASSWORDS = {
    "MinimumPasswordLength": 14,
    "PasswordReusePrevention": 24,
    "RequireSymbols": "true",
    "RequireNumbers": "true",
    "RequireUppercaseCharacters": "true",
    "RequireLowercaseCharacters": "true",
    "AllowUsersToChangePassword": "true",
    "MaxPasswordAge": 90,
}


def _xml(**values: object) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def _error(code: str) -> tuple[int, str]:
    return 404, f"<ErrorResponse><Error><Code>{code}</Code><Message>none</Message></Error></ErrorResponse>"


def _json_error(code: str) -> tuple[int, str]:
    return 404, json.dumps({"__type": code, "message": "none"})


def _contact(kind: str) -> tuple[int, str]:
    about = {**CONTACT, "Title": f"{kind.capitalize()} contact", "AlternateContactType": kind}
    return 200, json.dumps({"AlternateContact": about})


# What changes a setting, how it reads in a new account, and how afterwards.
READS: dict[str, tuple[str, tuple[int, str], tuple[int, str]]] = {
    "GetPublicAccessBlock": (
        "PutPublicAccessBlock",
        (404, "<Error><Code>NoSuchPublicAccessBlockConfiguration</Code><Message>none</Message></Error>"),
        (
            200,
            f"<PublicAccessBlockConfiguration>{_xml(**dict.fromkeys(_FLAGS, 'true'))}</PublicAccessBlockConfiguration>",
        ),
    ),
    "GetAccountPasswordPolicy": (
        "UpdateAccountPasswordPolicy",
        _error("NoSuchEntity"),
        (
            200,
            f"<R><GetAccountPasswordPolicyResult><PasswordPolicy>{_xml(**_PASSWORDS)}</PasswordPolicy></GetAccountPasswordPolicyResult></R>",
        ),
    ),
    "GetServiceSetting": (
        "UpdateServiceSetting",
        (200, json.dumps({"ServiceSetting": {"SettingValue": "Enable"}})),
        (200, json.dumps({"ServiceSetting": {"SettingValue": "Disable"}})),
    ),
    "GetDocument": (
        "CreateDocument",
        _json_error("InvalidDocument"),
        (200, json.dumps({"Name": "SSM-SessionManagerRunShell", "Content": json.dumps({"inputs": DOCUMENT})})),
    ),
    "GetEbsEncryptionByDefault": (
        "EnableEbsEncryptionByDefault",
        (200, "<R><ebsEncryptionByDefault>false</ebsEncryptionByDefault></R>"),
        (200, "<R><ebsEncryptionByDefault>true</ebsEncryptionByDefault></R>"),
    ),
    # New accounts have these two already.
    "GetImageBlockPublicAccessState": (
        "EnableImageBlockPublicAccess",
        (200, "<R><imageBlockPublicAccessState>block-new-sharing</imageBlockPublicAccessState></R>"),
        (200, "<R><imageBlockPublicAccessState>block-new-sharing</imageBlockPublicAccessState></R>"),
    ),
    "GetSerialConsoleAccessStatus": (
        "DisableSerialConsoleAccess",
        (200, "<R><serialConsoleAccessEnabled>false</serialConsoleAccessEnabled></R>"),
        (200, "<R><serialConsoleAccessEnabled>false</serialConsoleAccessEnabled></R>"),
    ),
    "GetInstanceMetadataDefaults": (
        "ModifyInstanceMetadataDefaults",
        (200, "<R><accountLevel/></R>"),
        (200, "<R><accountLevel><httpTokens>required</httpTokens></accountLevel></R>"),
    ),
    "DescribeSecurityGroups": (
        "RevokeSecurityGroupEgress",
        (
            200,
            "<R>" + _GROUP.format(_PERMISSIONS, f"<ipPermissionsEgress>{_PERMISSIONS}</ipPermissionsEgress>") + "</R>",
        ),
        (200, "<R>" + _GROUP.format("", "<ipPermissionsEgress/>") + "</R>"),
    ),
}
_CREDENTIALS = (
    "<R><AssumeRoleResult><Credentials><AccessKeyId>ASIA{}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></R>"
)


class _Raw:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._content


class SimulatedAws:
    """Answers instead of the network, `latency` seconds later; remembers what was changed, by account and Region."""

    def __init__(self, latency: float, management: str) -> None:
        self.latency, self.management = latency, management
        self.calls: Counter[str] = Counter()
        self._changed: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()

    def __call__(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        operation = event_name.rsplit(".", 1)[-1]
        authorization = request.headers["Authorization"]
        authorization = authorization.decode() if isinstance(authorization, bytes) else str(authorization)
        found = re.search(r"Credential=(?:ASIA)?(\w+)/\d+/([\w-]+)/", authorization)
        assert found
        time.sleep(self.latency)
        with self._lock:
            self.calls[operation] += 1
            status, text = self._answer(operation, found.group(1), found.group(2), request.body)
        headers = {"x-amzn-RequestId": "r-1", "Content-Type": "application/xml"}
        return AWSResponse(request.url, status, headers, _Raw(text.encode()))

    def _answer(self, operation: str, account: str, region: str, body: object) -> tuple[int, str]:
        text = body.decode() if isinstance(body, bytes) else str(body)
        if operation == "GetCallerIdentity":
            return (
                200,
                f"<R><GetCallerIdentityResult><Account>{self.management}</Account></GetCallerIdentityResult></R>",
            )
        if operation == "AssumeRole":
            return 200, _CREDENTIALS.format(parse_qs(text)["RoleArn"][0].split(":")[4])
        if operation.endswith("AlternateContact"):
            about = json.loads(text)
            place = (about.get("AccountId", self.management), "", about["AlternateContactType"])
            if operation.startswith("Put"):
                self._changed.add(place)
                return 200, "{}"
            return _contact(place[2]) if place in self._changed else _json_error("ResourceNotFoundException")
        if operation in READS:
            change, new, changed = READS[operation]
            return changed if (account, region, change) in self._changed else new
        self._changed.add((account, region, operation))
        return 200, "{}" if operation in ("UpdateServiceSetting", "CreateDocument") else "<R><return>true</return></R>"


def main() -> int:
    """Measure and print one JSON line for each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, required=True, help="with the core ones")
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--latency-ms", type=float, default=50)
    arguments = parser.parse_args()
    os.environ.update(AWS_ACCESS_KEY_ID="CALLER", AWS_SECRET_ACCESS_KEY="s", AWS_EC2_METADATA_DISABLED="true")
    with tempfile.TemporaryDirectory(prefix="hlz-benchmark-") as folder:
        manifest = Path(folder) / "landing-zone.yaml"
        management = _write(manifest, arguments.accounts)
        aws = SimulatedAws(arguments.latency_ms / 1000, management)
        handlers.BUILTIN_HANDLERS.append(("before-send", aws))
        options = Options(manifest, apply=True, settings=SETTINGS, role=SETTINGS_ROLE, workers=arguments.workers)
        for state in ("new accounts", "nothing to change"):
            aws.calls.clear()
            before, started = time.process_time(), time.monotonic()
            outcome = settings_command(options)
            wall, cpu = time.monotonic() - started, time.process_time() - before
            print(json.dumps(_line(arguments, state, outcome.document, aws, wall, cpu)))
            if outcome.code:
                return outcome.code
    return 0


def _write(manifest: Path, accounts: int) -> str:
    """A manifest of that many accounts in two Regions, with every id known; the management account's id."""
    write_manifest(manifest, accounts - len(CORE), 2)
    lock = read_lock(manifest).lock
    core = {name: LockedAccount(id=str(FIRST_ACCOUNT_ID - 1 - number)) for number, name in enumerate(CORE)}
    lock_path(manifest).write_text(lock_text(lock.model_copy(update={"accounts": {**lock.accounts, **core}})))
    return core["management"].id


def _line(
    arguments: argparse.Namespace, state: str, found: dict[str, object], aws: SimulatedAws, wall: float, cpu: float
) -> dict[str, object]:
    return {
        "benchmark": "settings",
        "accounts": arguments.accounts,
        "workers": arguments.workers,
        "threads": arguments.workers * 2,  # an account's Regions are worked on side by side
        "latency_ms": arguments.latency_ms,
        "state": state,
        "steps": len(found["steps"]) if isinstance(found["steps"], list) else 0,
        "changed": found["changed"],
        "unchanged": found["unchanged"],
        "calls": aws.calls.total(),
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
