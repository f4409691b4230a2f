"""Bugs that a prover like ours could have: one text of its source each, and the check that has to notice."""

from __future__ import annotations

from tests.proof.guardrails.prover import Change

MUTANTS: dict[str, tuple[Change, str]] = {
    "ArnLike's star crosses colons": (
        Change("globs", "_wild(letter, but_colon=not crosses)", "_wild(letter, but_colon=False)"),
        "conditions Arn",
    ),
    "a resource's star never crosses colons": (
        Change(
            "globs",
            'crosses = last or (kind == "resource" and (letter == "?" or (letter == "*" and place == len(part))))',
            "crosses = last",
        ),
        "patterns resource",
    ),
    "IgnoreCase minds case": (
        Change("globs", 'letter[-1], kind == "text without case")', "letter[-1], False)"),
        "patterns text without case",
    ),
    "${*} is a wildcard": (Change("globs", '"\\\\" + escape if escape', "escape if escape"), "texts resource 1"),
    "an ARN pattern of few parts matches": (
        Change("globs", 'if kind == "arn" and len(parts) < _ARN_PARTS:', "if False:"),
        "texts arn 1",
    ),
    "patterns that cannot match any more end the search": (
        Change("globs", "or (dead and matches)", "or dead"),
        "texts resource 1",
    ),
    "no letter stands for all others": (
        Change("globs", "return [fresh, *sorted(letters)]", "return sorted(letters)"),
        "texts resource 1",
    ),
    "a negated operator fails without its key": (
        Change("operators", "return self.negated or self.if_exists or", "return self.if_exists or"),
        "conditions Date",
    ),
    "IfExists is ignored": (
        Change("operators", "return self.negated or self.if_exists or", "return self.negated or"),
        "conditions Bool",
    ),
    "ForAllValues fails without its key": (
        Change("operators", 'self.if_exists or self.quantifier == "all"', "self.if_exists"),
        "assigned Binary",
    ),
    "ForAnyValue holds without its key": (
        Change("operators", 'if self.quantifier == "any":', "if False:"),
        "assigned Date",
    ),
    "ForAllValues means ForAnyValue": (
        Change("operators", '("ForAllValues:", "all")', '("ForAllValues:", "any")'),
        "assigned Binary",
    ),
    "less means less or equal": (Change("operators", "value < limit", "value <= limit"), "values date"),
    "the first limit itself is not tried": (
        Change("operators", "return [*written, _NEITHER]", "return [*written[1:], _NEITHER]"),
        "values number",
    ),
    "everything is a number": (Change("operators", "return [*written, _NEITHER]", "return written"), "values number"),
    "a network's first address is outside": (
        Change(
            "operators",
            "return address.network_address in network",
            "return address.network_address in network and address.network_address != network.network_address",
        ),
        "values address",
    ),
    "nothing beside a network is tried": (
        Change("operators", "(low, high, low - 1, high + 1)", "(low, high)"),
        "values address",
    ),
    "every key is there": (
        Change("constraints", "if all(_without_key(found, one) == one.holds for found, one in parsed):", "if False:"),
        "assigned String",
    ),
    "what some value is, every value is": (
        Change("constraints", '(found.quantifier == "all") == one.holds', "True"),
        "assigned Numeric",
    ),
    "Null the other way round": (
        Change("constraints", "for text in one.texts) != one.holds", "for text in one.texts) == one.holds"),
        "assigned Binary",
    ),
    "negation is forgotten": (
        Change("constraints", "one.texts, found.negated != one.holds)", "one.texts, one.holds)"),
        "assigned Numeric",
    ),
    "one value compared with several": (
        Change("constraints", 'if found.quantifier == "one" and multivalued:', "if False:"),
        "several values",
    ),
    "no value is no model, in the base": (
        Change("search", "if self._values(*literals) is None:", "if not self._values(*literals):"),
        "search",
    ),
    "no value is no model, in a case": (
        Change("search", "self._values(key, literals) is not None for", "self._values(key, literals) for"),
        "search",
    ),
    "a contradiction in the base is ignored": (
        Change("search", "if self._values(*literals) is None:", "if False:"),
        "stacks",
    ),
    "the first alternative decides": (
        Change("search", "if isinstance(result, Passing):\n                return result", "return result"),
        "search",
    ),
    "what was said before is forgotten": (
        Change(
            "search",
            "found[literal.attribute] = before | {literal}",
            "found[literal.attribute] = frozenset((literal,))",
        ),
        "search",
    ),
    "NotResource means Resource": (
        Change("statements", "yield RESOURCE, name, listed", 'yield RESOURCE, "Resource", listed'),
        "stacks",
    ),
    "an open policy variable is a text": (Change("statements", "if _open(text)]", "if False]"), "cases"),
    "NotAction means Action": (
        Change("actions", "self.all & ~mask if but else mask", "mask"),
        "actions",
    ),
    "actions have case": (Change("actions", "[name.lower() for name in self.names]", "list(self.names)"), "actions"),
    "every form of a resource has to be named": (
        Change(
            "actions",
            "return ((NO_RESOURCE, *sorted(set(known.resources))),)",
            "return tuple((form,) for form in known.resources) or ((NO_RESOURCE,),)",
        ),
        "cases",
    ),
    "no form of a resource has to be named": (Change("actions", "if known.required:", "if False:"), "cases"),
    "a doubtful Deny is kept": (Change("decide", "if strict or not found.doubts:", "if True:"), "cases"),
    "a doubtful Allow is dropped": (
        Change("decide", "if not (strict and found.doubts):", "if not found.doubts:"),
        "cases",
    ),
    "an Allow at one level is enough": (
        Change("decide", "in bound.allows:\n            cubes", "in bound.allows[:1]:\n            cubes"),
        "cases",
    ),
    "no Allow is needed": (Change("decide", "if not level.full_access", "if False"), "cases"),
    "an RCP binds every service": (Change("decide", "all_.covered(one) & covered)", "all_.covered(one))"), "cases"),
    "an RCP binds kms:RetireGrant": (
        Change("decide", "return bound & ~actions.matching(NOT_BOUND_BY_RCPS)", "return bound"),
        "cases",
    ),
    "exempt principals are the ones meant": (
        Change("questions", "self.comparison, exempt, False)", "self.comparison, exempt)"),
        "stacks",
    ),
    "one id for two accounts": (
        Change("questions", 'if group and request.where != "own" and not _is_told_apart(group, holder):', "if False:"),
        "cases",
    ),
    "besides is ignored": (Change("questions", ", self._filled(request.besides))", ")"), "cases"),
    "delegated administrators are forgotten": (
        Change("questions", '("security_account",) if who == "phi" else ()', "()"),
        "cases",
    ),
    "RCPs do not tell accounts apart": (
        Change("questions", "(level.scps, level.rcps, level.full_access)", "(level.scps, level.full_access)"),
        "cases",
    ),
    "callers without identity are forgotten": (
        Change("questions", 'else frozenset((keys.PRINCIPAL, keys.ACCOUNT, "aws:principaltype"))', "else frozenset()"),
        "cases",
    ),
    "all keys are certain": (Change("keys", "if key in _always() else []", "if True else []"), "stacks"),
    "no key has several values": (
        Change("keys", 'type_ is None or type_.startswith("arrayof")', "type_ is None"),
        "cases",
    ),
}
