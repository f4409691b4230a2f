"""Policy texts from data: tokens such as `${account}` become references."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aws_cdk import Aws, Fn
from aws_cdk import aws_iam as iam


def filled(part: Any, tokens: Mapping[str, Any]) -> Any:
    """The part with every `${name}` replaced, at any depth; a token that is a list stands for a text as a whole."""
    if isinstance(part, dict):
        return {key: filled(entry, tokens) for key, entry in part.items()}
    if isinstance(part, list):
        return [filled(entry, tokens) for entry in part]
    if isinstance(part, str):
        for name, replacement in tokens.items():
            if part == f"${{{name}}}":
                return replacement
            if isinstance(replacement, str):
                part = part.replace(f"${{{name}}}", replacement)
    return part


def policy_document(content: Mapping[str, Any], values: Mapping[str, str]) -> Any:
    """A policy's content with the stack's `values` filled in, keys included: then as text, for a key takes no function.

    values: references to template parameters of these names.
    """
    if not any(f"${{{name}}}" in key for name in values for key in _keys(content)):
        return filled(content, values)
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("${", "${!")
    for name in values:
        text = text.replace(f"${{!{name}}}", f"${{{name}}}")
    return Fn.sub(text)


def _keys(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, entry in part.items():
            yield key
            yield from _keys(entry)
    elif isinstance(part, list | tuple):
        for entry in part:
            yield from _keys(entry)


def own_tokens() -> dict[str, str]:
    """`partition`, `region` and `account` of the stack."""
    return {"partition": Aws.PARTITION, "region": Aws.REGION, "account": Aws.ACCOUNT_ID}


def statements_of(rows: Iterable[Mapping[str, Any]], tokens: Mapping[str, str] = {}) -> list[iam.PolicyStatement]:
    """Policy statements from rows of data; the own partition, Region and account are filled in, too."""
    return [iam.PolicyStatement.from_json(filled(dict(row), {**own_tokens(), **tokens})) for row in rows]
