"""Rules over sessions of people on machines and in containers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.apis import named_resource
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Unresolved, Value, text_of, value_at

_LONGEST_IDLE = 20
"""Minutes; Session Manager's default (user guide, "Specify an idle session timeout value")."""
_LONGEST_SESSION = 12 * 60


@rule(
    "HLZ-PCH-020",
    control="LZ-CMP-04",
    resource="AWS::SSM::Document",
    title="Sessions on machines are logged, encrypted and end",
    fix="Name a log group or bucket with encryption, kmsKeyId, and idleSessionTimeout of at most 20 minutes.",
)
def sessions_are_logged(document: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Preferences of Session Manager name an encrypted log, a key for the session, and a short idle time.

    Schema: Systems Manager user guide, "Session document schema".

    Cannot see: preferences set outside of the template, and whether people use another document.
    """
    if document.text("DocumentType") != "Session":
        return
    inputs = _inputs(document.known("Content"))
    if inputs is None:
        return
    subject = f"Session document {document.logical_id}"
    logged = [kind for kind in ("cloudWatch", "s3") if _given(inputs, _TARGETS[kind])]
    if not logged:
        yield Violation(f"{subject} leaves sessions without a log; a log group or bucket is expected.", "Content")
    for kind in logged:
        if _text(inputs, f"{kind}EncryptionEnabled") == "false":
            yield Violation(f"{subject} writes logs in clear; {kind}EncryptionEnabled true is expected.", "Content")
    if not _given(inputs, "kmsKeyId"):
        yield Violation(f"{subject} has no key for its sessions; kmsKeyId is expected.", "Content")
    for name, most in (("idleSessionTimeout", _LONGEST_IDLE), ("maxSessionDuration", _LONGEST_SESSION)):
        minutes = _text(inputs, name)
        if minutes.isdecimal() and int(minutes) > most:
            yield Violation(f"{subject} lets sessions go on ({name} {minutes}); at most {most} is expected.", "Content")


_TARGETS = {"cloudWatch": "cloudWatchLogGroupName", "s3": "s3BucketName"}


def _inputs(content: Value) -> Mapping[str, Value] | None:
    """The inputs of a document for standard sessions; None for another kind (such as port forwarding)."""
    if type(content) is str:
        try:
            content = json.loads(content)
        except ValueError:
            raise CannotEvaluate("Content is no JSON") from None
    if not isinstance(content, Mapping):
        raise CannotEvaluate("Content is not known")
    if content.get("sessionType", "Standard_Stream") != "Standard_Stream":
        return None
    inputs = content.get("inputs", {})
    if not isinstance(inputs, Mapping):
        raise CannotEvaluate("inputs of Content are not known")
    return inputs


def _given(inputs: Mapping[str, Value], name: str) -> bool:
    return inputs.get(name, MISSING) not in (MISSING, "", None)


def _text(inputs: Mapping[str, Value], name: str) -> str:
    return text_of(inputs.get(name, MISSING)) or ""


@rule(
    "HLZ-ECS-020",
    control="LZ-CMP-04",
    resource="AWS::ECS::Service",
    title="Sessions into containers leave a log",
    fix="Give the cluster Configuration.ExecuteCommandConfiguration with Logging, or remove EnableExecuteCommand.",
)
def sessions_leave_a_log(service: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A service that lets people into its containers stands in a cluster that logs what they do.

    Cannot see: clusters outside of the template.
    """
    if not service.flag("EnableExecuteCommand"):
        return
    cluster = named_resource(service, "Cluster", context)
    if cluster is None:
        raise CannotEvaluate("its cluster is not in the template")
    logging = value_at(cluster.resolved, "Configuration.ExecuteCommandConfiguration.Logging")
    if isinstance(logging, Unresolved):
        raise CannotEvaluate(f"the cluster's logging is not known: {logging.reason}")
    if logging in (MISSING, "NONE"):
        yield Violation(
            f"Service {service.logical_id} lets people into its containers, and cluster {cluster.logical_id} logs "
            "nothing of it; ExecuteCommandConfiguration.Logging is expected.",
            "EnableExecuteCommand",
        )
