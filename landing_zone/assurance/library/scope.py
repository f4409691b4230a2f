"""Whose templates a rule judges, and which accounts are strangers there."""

from __future__ import annotations

import json
import re

from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import Symbolic, Value

_ACCOUNT = re.compile(r"(?:^|:)(\d{12})(?=:|$)")


def of_others(resource: Resource, context: RuleContext) -> bool:
    """A rule applies to templates of others: ours are judged by cdk-nag, a stricter rule or a convention."""
    return not context.own


def stranger(value: Value, context: RuleContext) -> str | None:
    """The literal account id in a text (an id or an ARN) that is not the own account's; None if there is none.

    An account that the template's parameters or mappings list is known there.
    """
    if not isinstance(value, str) or (isinstance(value, Symbolic) and not value.startswith("arn:")):
        return None
    found = _ACCOUNT.search(value)
    if not found or found.group(1) == context.account_id:
        return None
    listed = [context.template.document.get(section) for section in ("Parameters", "Mappings")]
    return None if found.group(1) in json.dumps(listed, default=str) else found.group(1)
