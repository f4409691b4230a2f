"""The words of the page: statuses, verdicts and terms as a reader who has not seen the toolkit needs them."""

from __future__ import annotations

from collections.abc import Mapping

from landing_zone.assurance.ledger.model import Status

STATUS_WORDS: Mapping[Status, str] = {
    "failed": "A rule found a fault, or a theorem was refuted. Nothing has been accepted in its place.",
    "not evaluated": "Nothing decided it: there was nothing to examine, no rule examines it, or an answer is still "
    "missing. It is never counted as passed.",
    "excepted": "Not met, and accepted until a date by a named person with a compensating measure.",
    "customer": "Done by people of the organization, outside the templates. This report has no evidence for it.",
    "attested": "A named person stated it on a date. The statement was not examined.",
    "inherited": "Done by AWS, once its business associate agreement is accepted for the account: see the agreements. "
    "AWS's own audit reports are the evidence; none was read.",
    "evidenced": "Read back from a live account on the date given.",
    "checked": "Rules examined the resources named, in the templates, and found nothing; or a guardrail is attached to "
    "the targets named. What people do besides is no part of it.",
    "proved": "A theorem about all requests or all packets, proved from the templates under stated assumptions.",
}
"""What each status means, from worst to best known."""

VERDICT_STATUS: Mapping[str, Status] = {"PROVED": "proved", "REFUTED": "failed", "UNKNOWN": "not evaluated"}

THEOREM_KINDS: Mapping[str, str] = {
    "guardrail": "What no request can do: it holds for every principal and request that organization policies reach.",
    "network": "What no packet can do: it holds for every address, port and path that the templates open.",
    "liveness": "What still works: a path exists for those who need it, and it is shown step by step.",
    "closure": "Nothing escapes the others: whoever is exempt from a guardrail stays within a named group.",
}

TERMS: Mapping[str, str] = {
    "account": "An AWS account: the boundary within which resources, roles and bills are kept apart.",
    "acknowledgement": "A statement that a rule does not apply to a resource, and why. The finding stays on record. "
    "The toolkit's own are counted apart from the organization's.",
    "addressable": "A specification that may be met in another way, or not, when that is reasonable and documented "
    "(45 CFR 164.306(d)(3)). It is not optional.",
    "assumption": "What a theorem takes for granted. If it does not hold, neither does the theorem.",
    "control": "A safeguard, declared once with the paragraphs that it serves and everything that enforces it.",
    "customer managed key": "An encryption key in AWS KMS whose policy and rotation the organization decides.",
    "deployment": "A template in one account and Region.",
    "evidence": "What supports a status: a rule with the resources it examined, an attached guardrail, a theorem, or a "
    "setting that was read back.",
    "exception": "A control that is not met: who accepts it, until when, with which compensating measure. Required "
    "specifications cannot be excepted.",
    "finding": "What a rule found wrong with a resource.",
    "guardrail": "A statement of an organization policy: it stops requests in every account below its target.",
    "logical id": "The name of a resource inside its template.",
    "manifest": "The one file in which the organization states its accounts, networks, retention and recovery demands.",
    "paragraph": "A line of 45 CFR Part 164: a requirement, a standard or an implementation specification.",
    "required": "A specification that must be met as it stands.",
    "rule": "A check of the toolkit or of cdk-nag over templates. It sees what a template says, not what is deployed.",
    "template": "A shape of CloudFormation template. What holds for it holds for each of its deployments.",
    "withheld": "A deployment that is planned and checked but not written, because an account id is not known yet.",
}

ARTIFACT_PLACES: Mapping[str, str] = {
    "access-review": "access",
    "account-ownership-register": "accounts",
    "account-structure": "accounts",
    "asset-inventory": "accounts",
    "baa-inventory": "agreements",
    "control-map-report": "rule",
    "encryption-inventory": "inventory",
    "exceptions-register": "exceptions",
    "immutability-report": "inventory",
    "network-map": "network",
    "permission-set-catalog": "access",
    "risk-register": "risk",
}
"""The part of this page that is an artifact, or the beginning of it."""
