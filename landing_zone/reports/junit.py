"""JUnit XML: a suite for each template, a case for each rule, as CI services show it.

There is no standard; this is what the readers of Jenkins, GitLab and GitHub actions have in common: one `failure` or
`skipped` in a case, text in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from landing_zone.reports.check_results import CheckResults, Row, printable
from landing_zone.reports.sarif import base_rule

JUNIT_FILE = "junit.xml"
WHOLE = "hlz"


@dataclass(frozen=True)
class _Case:
    rule: str
    file: str
    failed: tuple[Row, ...]
    noted: tuple[Row, ...]
    open: tuple[Row, ...]
    suppressed: tuple[Row, ...]

    @property
    def outcome(self) -> str:
        if self.failed:
            return "failure"
        return "skipped" if self.open or self.suppressed else "passed"


def junit(results: CheckResults) -> bytes:
    """The XML, UTF-8. A note is no failure; what was not evaluated or is acknowledged is skipped, with the reason."""
    suites = list(_suites(results))
    cases = [case for _, found in suites for case in found]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites name={quoteattr(WHOLE)} {_counts(cases)}>"]
    for name, found in suites:
        lines += [f" <testsuite name={_attribute(name)} {_counts(found)}>", *_cases(name, found), " </testsuite>"]
    return ("\n".join([*lines, "</testsuites>"]) + "\n").encode()


def _suites(results: CheckResults) -> Iterator[tuple[str, list[_Case]]]:
    found, open, suppressed = map(_grouped, (results.findings, results.not_evaluated, results.suppressed))
    examined = {(template, rule) for template, rules in results.examined.items() for rule in rules}
    suites: dict[str, list[_Case]] = {}
    for key in sorted({*found, *open, *suppressed, *examined}):
        template, rule = key
        failed = tuple(row for row in found[key] if row["severity"] != "note")
        noted = tuple(row for row in found[key] if row["severity"] == "note")
        file = results.place(template) if template else ""
        case = _Case(rule, file, failed, noted, tuple(open[key]), tuple(suppressed[key]))
        suites.setdefault(template or WHOLE, []).append(case)
    yield from suites.items()
    if not suites:
        # Several services call a report without any case an error.
        none = {"reason": "no rule examined anything"}
        yield WHOLE, [_Case("rules", "", (), (), () if results.rules_run else (none,), ())]


def _grouped(rows: Iterable[Row]) -> defaultdict[tuple[str, str], list[Row]]:
    """Rows by template and rule."""
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["template"], base_rule(row["rule"])].append(row)
    return groups


def _counts(cases: Sequence[_Case]) -> str:
    outcomes = [case.outcome for case in cases]
    return (
        f'tests="{len(cases)}" failures="{outcomes.count("failure")}" errors="0" skipped="{outcomes.count("skipped")}"'
    )


def _cases(suite: str, cases: Iterable[_Case]) -> Iterator[str]:
    for case in cases:
        line = next((row["line"] for row in case.failed if row.get("line")), None)
        place = f" file={_attribute(case.file)}" if case.file else ""
        place += f' line="{line}"' if line else ""
        head = f"  <testcase classname={_attribute(suite)} name={_attribute(case.rule)}{place}"
        body = list(_body(case))
        yield from [f"{head}>", *body, "  </testcase>"] if body else [f"{head}/>"]


def _body(case: _Case) -> Iterator[str]:
    if case.failed:
        message = case.failed[0]["message"] if len(case.failed) == 1 else f"{len(case.failed)} findings"
        text = _content("\n\n".join(_finding(row) for row in case.failed))
        yield f'   <failure type="{case.failed[0]["severity"]}" message={_attribute(message)}>{text}</failure>'
    elif case.open or case.suppressed:
        yield f"   <skipped message={_attribute('; '.join(dict.fromkeys(_reasons(case))))}/>"
    if case.noted:
        yield f"   <system-out>{_content(chr(10).join(_finding(row) for row in case.noted))}</system-out>"


def _reasons(case: _Case) -> Iterator[str]:
    yield from (f"not evaluated: {row['reason']}" for row in case.open)
    yield from (f"accepted by {row.get('owner') or 'the manifest'}: {row.get('reason', '')}" for row in case.suppressed)


def _finding(row: Row) -> str:
    place = f"{row['template']}:{row['line']}" if row.get("line") else row["template"]
    cited = f"45 CFR {', '.join(row['citations'])}" if row["citations"] else ""
    lines = (f"{place} {row['resource']}".strip(), row["message"], f"at {row['path']}", f"Fix: {row['fix']}", cited)
    return "\n".join(line for line in lines if line)


def _content(text: str) -> str:
    return escape(printable(text))


def _attribute(text: object) -> str:
    return quoteattr(printable(text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
