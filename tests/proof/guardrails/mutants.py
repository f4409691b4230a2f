"""Bugs that a prover like ours could have, one text each."""

from __future__ import annotations

from tests.proof.guardrails.prover import Change

MUTANTS: dict[str, Change] = {
    "ArnLike's star crosses colons": Change(
        "globs", "_wild(letter, but_colon=not crosses)", "_wild(letter, but_colon=False)"
    ),
    "a resource's star never crosses colons": Change(
        "globs",
        'crosses = last or (kind == "resource" and (letter == "?" or (letter == "*" and place == len(part))))',
        "crosses = last",
    ),
    "IgnoreCase minds case": Change("globs", 'letter[-1], kind == "text without case")', "letter[-1], False)"),
    "${*} is a wildcard": Change("globs", '"\\\\" + escape if escape', "escape if escape"),
    "an ARN pattern of few parts matches": Change(
        "globs", 'if kind == "arn" and len(parts) < _ARN_PARTS:', "if False:"
    ),
    "patterns that cannot match any more end the search": Change("globs", "or (dead and matches)", "or dead"),
    "no letter stands for all others": Change("globs", "return [fresh, *sorted(letters)]", "return sorted(letters)"),
    "a negated operator fails without its key": Change(
        "operators", "return self.negated or self.if_exists or", "return self.if_exists or"
    ),
    "IfExists is ignored": Change("operators", "return self.negated or self.if_exists or", "return self.negated or"),
    "ForAllValues fails without its key": Change(
        "operators", 'self.if_exists or self.quantifier == "all"', "self.if_exists"
    ),
    "ForAnyValue holds without its key": Change("operators", 'if self.quantifier == "any":', "if False:"),
    "ForAllValues means ForAnyValue": Change("operators", '("ForAllValues:", "all")', '("ForAllValues:", "any")'),
    "less means less or equal": Change("operators", "value < limit", "value <= limit"),
    "the first limit itself is not tried": Change(
        "operators", "return [*written, _NEITHER]", "return [*written[1:], _NEITHER]"
    ),
    "everything is a number": Change("operators", "return [*written, _NEITHER]", "return written"),
    "a network's first address is outside": Change(
        "operators",
        "return address.network_address in network",
        "return address.network_address in network and address.network_address != network.network_address",
    ),
    "nothing after a network is tried": Change("operators", "(low, high, low - 1, high + 1)", "(low, high, low - 1)"),
    "every key is there": Change(
        "constraints", "if all(_without_key(found, one) == one.holds for found, one in parsed):", "if False:"
    ),
    "what some value is, every value is": Change("constraints", '(found.quantifier == "all") == one.holds', "True"),
    "Null the other way round": Change(
        "constraints", "for text in one.texts) != one.holds", "for text in one.texts) == one.holds"
    ),
    "negation is forgotten": Change("constraints", "one.texts, found.negated != one.holds)", "one.texts, one.holds)"),
    "one value compared with several": Change(
        "constraints", 'if found.quantifier == "one" and multivalued:', "if False:"
    ),
    "no value is no model, in the base": Change(
        "search", "if self._values(*literals) is None:", "if not self._values(*literals):"
    ),
    "no value is no model, in a case": Change(
        "search", "self._values(key, literals) is not None for", "self._values(key, literals) for"
    ),
    "a contradiction in the base is ignored": Change("search", "if self._values(*literals) is None:", "if False:"),
    "the first alternative decides": Change(
        "search", "if isinstance(result, Passing):\n                return result", "return result"
    ),
    "what was said before is forgotten": Change(
        "search", "found[literal.attribute] = before | {literal}", "found[literal.attribute] = frozenset((literal,))"
    ),
    "NotResource means Resource": Change(
        "statements", "yield RESOURCE, name, listed", 'yield RESOURCE, "Resource", listed'
    ),
    "an open policy variable is a text": Change("statements", "if _open(text)]", "if False]"),
    "NotAction means Action": Change("actions", 'self.all & ~mask if "NotAction" in content else mask', "mask"),
    "actions have case": Change("actions", "[name.lower() for name in self.names]", "list(self.names)"),
    "every form of a resource has to be named": Change(
        "actions",
        "return ((NO_RESOURCE, *sorted(set(known.resources))),)",
        "return tuple((form,) for form in known.resources) or ((NO_RESOURCE,),)",
    ),
    "no form of a resource has to be named": Change("actions", "if known.required:", "if False:"),
    "a doubtful Deny is kept": Change("decide", "if strict or not found.doubts:", "if True:"),
    "a doubtful Allow is dropped": Change("decide", "if not (strict and found.doubts):", "if not found.doubts:"),
    "an Allow at one level is enough": Change(
        "decide", "in bound.allows:\n            cubes", "in bound.allows[:1]:\n            cubes"
    ),
    "no Allow is needed": Change("decide", "if not level.full_access", "if False"),
    "an RCP binds every service": Change("decide", "all_.covered(one) & covered)", "all_.covered(one))"),
    "an RCP binds kms:RetireGrant": Change(
        "decide", "return bound & ~actions.matching(NOT_BOUND_BY_RCPS)", "return bound"
    ),
    "exempt principals are the ones meant": Change("questions", '"ArnLike", exempt, False)', '"ArnLike", exempt)'),
    "one id for two accounts": Change("questions", "if group and not _is_told_apart(group, holder):", "if False:"),
    "besides is ignored": Change("questions", ", self._filled(request.besides))", ")"),
    "delegated administrators are forgotten": Change(
        "questions", '("security_account",) if who == "phi" else ()', "()"
    ),
    "RCPs do not tell accounts apart": Change(
        "questions", "(level.scps, level.rcps, level.full_access)", "(level.scps, level.full_access)"
    ),
    "callers without identity are forgotten": Change(
        "questions", 'else frozenset((keys.PRINCIPAL, keys.ACCOUNT, "aws:principaltype"))', "else frozenset()"
    ),
    "all keys are certain": Change("keys", "if key in _always() else []", "if True else []"),
    "no key has several values": Change("keys", 'type_ is None or type_.startswith("arrayof")', "type_ is None"),
}
