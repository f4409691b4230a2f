"""What the settings of an LZA configuration protect: retention, encryption, backup, detection, identity, alarms.

Most of it is data (`expectations`); here is what one row cannot say: comparisons across files and with other data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from landing_zone.assurance.controls import controls
from landing_zone.fault import excerpt
from landing_zone.lza.accounts import KINDS
from landing_zone.lza.assess_names import unknown_names
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.documents import boundaries_of, judge_documents, judge_templates
from landing_zone.lza.entry import Entry
from landing_zone.lza.expectations import Expectation, Verdict, expectations, judge, places
from landing_zone.lza.folders import CONFIGURATION_FILES, OPTIONAL_FILES
from landing_zone.lza.gaps import Gap, GapSeverity, NotUnderstood
from landing_zone.lza.organization import organization_of
from landing_zone.policy_data import policy_data

_SHOWN_RULES = 6


def assess_settings(
    configuration: Configuration,
) -> tuple[tuple[Gap, ...], tuple[NotUnderstood, ...], dict[str, Any]]:
    """Gaps and what is not understood, sorted, and facts.

    Facts: `settings`, rows of id, citations, file, line and message that weigh nothing; `templates`, one row for each
    template of customizations; `config_rules`, how many rules of the HIPAA conformance pack are deployed, and which
    are not; `boundaries`, files of policies that are boundaries alone, and so not judged as grants. Policy files that
    cannot be read become faults of the configuration.
    """
    facts: dict[str, Any] = {"settings": [], "templates": [], "config_rules": {}}
    found = [
        *_rows(configuration, facts["settings"]),
        *_not_there(configuration),
        *_missing_config_rules(configuration, facts["config_rules"]),
        *_repeated_addresses(configuration),
        *_contradictions(configuration),
        *unknown_names(configuration),
        *_strangers(configuration),
        *_unknown_vaults(configuration),
        *judge_documents(configuration),
        *judge_templates(configuration, facts["templates"]),
    ]
    facts["boundaries"] = sorted(boundaries_of(configuration))
    facts["settings"].sort(key=lambda fact: (fact["file"], fact["line"], fact["id"]))
    gaps = {each for each in found if isinstance(each, Gap)}
    return tuple(sorted(gaps)), tuple(sorted({each for each in found if isinstance(each, NotUnderstood)})), facts


def _rows(configuration: Configuration, facts: list[dict[str, Any]]) -> Iterator[Gap | NotUnderstood]:
    for row in expectations():
        for verdict in judge(row, configuration):
            entry = verdict.entry
            if row.said_as == "fact" and not verdict.open:
                facts.append(_fact(row, verdict))
            elif verdict.open or row.said_as == "not_understood":
                yield NotUnderstood(entry.file, entry.line, verdict.open or verdict.sentence)
            else:
                yield _gap(row.id, row.citations, entry, verdict.sentence, row.fix, row.severity)


def _fact(row: Expectation, verdict: Verdict) -> dict[str, Any]:
    entry = verdict.entry
    return {
        "id": row.id,
        "citations": list(row.citations),
        "file": entry.file,
        "line": entry.line,
        "message": verdict.sentence,
    }


def _gap(
    id: str, citations: Iterable[str], entry: Entry, message: str, fix: str, severity: GapSeverity = "error"
) -> Gap:
    return Gap(id, tuple(citations), entry.file, entry.line, entry.column, message, fix, severity)


def _not_there(configuration: Configuration) -> Iterator[NotUnderstood]:
    """Rows about files that are not there, or could not be read, were not judged; that is said once for each file."""
    for name, file in CONFIGURATION_FILES.items():
        if name in configuration.files or (name in OPTIONAL_FILES and not (configuration.folder / file).exists()):
            continue
        count = sum(row.file == name and row.said_as == "gap" for row in expectations())
        if count:
            reason = "is not there" if file in configuration.absent else "could not be read"
            yield NotUnderstood(file, 1, f"{file} {reason}: {count} expectations of settings in it were not judged")


def _missing_config_rules(configuration: Configuration, facts: dict[str, Any]) -> Iterator[Gap]:
    """Rules of the conformance pack that no rule set has, a gap for each topic of controls."""
    security = configuration.files.get("security")
    if not security:
        return
    deployed = {
        identifier.text.strip().upper()
        for place in places(configuration, security, "awsConfig.ruleSets[].rules[]")
        if (identifier := place.entry.get("identifier"))
    }
    rows = policy_data("hipaa/config_rules")["rows"]
    missing = [row for row in rows if row["id"] not in deployed]
    facts.update(pack=len(rows), deployed=len(rows) - len(missing), missing=[row["id"] for row in missing])
    if not deployed:
        return  # LZA-CFG-005 says so
    place = security.get("awsConfig", "ruleSets") or security
    topics = policy_data("lza/config_rules")["topics"]
    for topic in sorted({row["control"].rpartition("-")[0] for row in missing}):
        of_topic = [row for row in missing if row["control"].startswith(f"{topic}-")]
        names = ", ".join(row["id"] for row in of_topic[:_SHOWN_RULES])
        more = f" and {len(of_topic) - _SHOWN_RULES} more" if len(of_topic) > _SHOWN_RULES else ""
        message = (
            f"{len(of_topic)} rules of AWS's conformance pack for HIPAA about {topics[topic]} are in no rule set: "
            f"{names}{more}. Standards of Security Hub may evaluate some of them."
        )
        citations = sorted({cited for row in of_topic for cited in controls()[row["control"]].cfr})
        yield _gap("LZA-CFG-100", citations, place, message, "Add them to awsConfig.ruleSets.", "warning")


def _repeated_addresses(configuration: Configuration) -> Iterator[Gap]:
    """AWS takes an address for one account alone."""
    seen: dict[str, str] = {}
    accounts = configuration.file("accounts")
    for entry in (entry for kind in KINDS for entry in accounts.each(kind)):
        email, name = entry.get("email"), entry.get("name")
        if not email or not name or email.unresolved:
            continue
        other = seen.setdefault(email.text.strip().lower(), name.text)
        if other != name.text:
            message = f"Account {excerpt(name.text)} has the address of account {excerpt(other)}."
            cited = controls()["LZ-ORG-09"].cfr
            yield _gap("LZA-ORG-100", cited, email, message, "Give each account an address of its own.")


def _contradictions(configuration: Configuration) -> Iterator[Gap]:
    """OUs and accounts that do not fit together; what such an account inherits is nobody's to say."""
    for fault in organization_of(configuration).faults:
        message = f"{fault.message[0].upper()}{fault.message[1:]}{f' ({fault.hint})' if fault.hint else ''}."
        fix = "Correct it; the deployment of the accelerator stops here."
        cited = controls()["LZ-ORG-01"].cfr
        yield Gap("LZA-ORG-101", cited, fault.file, fault.line, fault.column, message, fix, "error")


def _strangers(configuration: Configuration) -> Iterator[Gap | NotUnderstood]:
    """Roles that trust an account by a number that accountIds does not have."""
    accounts = configuration.file("accounts")
    known = {number.text for row in accounts.each("accountIds") if (number := row.get("accountId"))}
    for place in places(configuration, configuration.file("iam"), "roleSets[].roles[]"):
        role = place.entry
        name = excerpt(found.text) if (found := role.get("name")) else ""
        for principal in (found for by in role.each("assumedBy") if (found := by.get("principal"))):
            account = re.search(r"(?<![0-9])[0-9]{12}(?![0-9])", principal.text)
            if not account or account[0] in known:
                continue
            if not known:
                yield NotUnderstood(
                    principal.file,
                    principal.line,
                    f"role {name} trusts account {account[0]}, and accounts-config.yaml has no accountIds to compare",
                )
                continue
            if role.each("externalIds"):
                severity: GapSeverity = "warning"
                message = f"Role {name} can be assumed from account {account[0]}, which is not one of accountIds."
            else:
                severity = "error"
                message = (
                    f"Role {name} can be assumed from account {account[0]}, which is not one of accountIds, without an "
                    "external id."
                )
            fix = "Remove the trust, or set externalIds and keep the agreement with that party."
            yield _gap("LZA-IAM-100", controls()["LZ-ORG-06"].cfr, principal, message, fix, severity)


def _unknown_vaults(configuration: Configuration) -> Iterator[Gap]:
    """Rules of backup plans that write into a vault that the configuration does not create."""
    if "global" not in configuration.files:
        return
    named = [vault.get("name") for vault in configuration.file("global").each("backup", "vaults")]
    if any(name and name.unresolved for name in named):
        return
    vaults = {name.text for name in named if name} | {"Default"}
    organization = configuration.file("organization")
    for place in places(configuration, organization, "backupPolicies[].policy@.plans.*.rules.*"):
        vault = place.entry.get("target_backup_vault_name", "@@assign")
        if vault and not vault.unresolved and vault.text not in vaults:
            message = f"A backup rule writes into vault {excerpt(vault.text)}, which backup.vaults does not create."
            fix = "Name a vault of backup.vaults, or make sure that a customization creates it in every account."
            yield _gap("LZA-BCK-100", controls()["LZ-BCK-01"].cfr, vault, message, fix, "warning")
