"""What the transform AWS::Serverless-2016-10-31 (SAM) makes of a resource: `policies/transforms/serverless.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.policy_data import policy_data

SERVERLESS = "AWS::Serverless-2016-10-31"
_MANAGED = "arn:${AWS::Partition}:iam::aws:policy/"
_BASIC = "service-role/AWSLambdaBasicExecutionRole"
_IN_VPC = "service-role/AWSLambdaVPCAccessExecutionRole"
_KEPT = ("Condition", "DeletionPolicy", "DependsOn", "Metadata", "UpdateReplacePolicy")


@dataclass(frozen=True)
class Made:
    """Resources by logical id, and the properties of which it is not known what they become.

    places: path in these resources to the path where it is written.
    """

    resources: Mapping[str, Any]
    left: tuple[str, ...]
    places: Mapping[str, str]


def made_of(logical_id: str, row: Any, globals_: Mapping[str, Any]) -> Made | None:
    """What one resource becomes; None where it is not SAM's, or SAM's and unknown."""
    type_ = row.get("Type") if isinstance(row, Mapping) else None
    known = policy_data("transforms/serverless")["types"].get(type_) if isinstance(type_, str) else None
    if known is None:
        return None
    written = row.get("Properties", {})
    kind = str(type_).rpartition("::")[2]
    shared = globals_.get(kind, {})
    properties = _merged(shared, written)
    if not isinstance(properties, Mapping):
        return None
    renamed: Mapping[str, str] = known.get("renamed", {})
    own, common = f"Resources/{logical_id}/Properties", f"Globals/{kind}"
    places = {own: common}
    made = {name: properties[name] for name in known["passed"] if name in properties}
    for old, new in renamed.items():
        value = _at(properties, old)
        if value is not None:
            _set(made, new, value)
            where = common if _at(written, old) is None else own
            places[f"{own}/{new.replace('.', '/')}"] = f"{where}/{old.replace('.', '/')}"
    for name in known["tags"]:
        if isinstance(properties.get(name), Mapping):
            made[name] = [{"Key": key, "Value": value} for key, value in properties[name].items()]
    if known["type"] == "AWS::Lambda::Function":
        made.setdefault("Code", _code(properties.get("CodeUri")))
    else:
        made |= _keys(properties)
    seen = {*known["passed"], *known["tags"], *known["inert"], *(old.partition(".")[0] for old in renamed)}
    left = [name for name in properties if name not in seen]
    kept = {key: row[key] for key in _KEPT if key in row}
    resources: dict[str, Any] = {logical_id: {**kept, "Type": known["type"], "Properties": made}}
    if known["role"] and "Role" not in properties:
        role = f"{logical_id}Role"
        made["Role"] = {"Fn::GetAtt": [role, "Arn"]}
        resources[role] = {**kept, "Type": "AWS::IAM::Role", "Properties": _role(logical_id, properties, places)}
        left += [f"Policies ({one})" for one in _templates_of_policies(properties)]
    return Made(resources, tuple(left), places)


def _code(uri: Any) -> dict[str, Any]:
    """Where a function's code is; of a local folder, which is uploaded before deployment, its path."""
    if isinstance(uri, Mapping):
        names = {"Bucket": "S3Bucket", "Key": "S3Key", "Version": "S3ObjectVersion"}
        return {becomes: uri[name] for name, becomes in names.items() if name in uri}
    if isinstance(uri, str) and uri.startswith("s3://"):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return {"S3Bucket": bucket, "S3Key": key}
    return {"S3Key": uri if isinstance(uri, str) else "."}


def _keys(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The primary key of a simple table, and its billing mode, which follows from its throughput."""
    key = properties.get("PrimaryKey")
    written = key if isinstance(key, Mapping) else {"Name": "id", "Type": "String"}
    name, type_ = written.get("Name"), str(written.get("Type"))[:1]
    made: dict[str, Any] = {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": type_}],
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
    }
    return made if "ProvisionedThroughput" in properties else {**made, "BillingMode": "PAY_PER_REQUEST"}


def _role(logical_id: str, properties: Mapping[str, Any], places: dict[str, str]) -> dict[str, Any]:
    """The execution role of a function that names none; adds where its policies are written to `places`."""
    made = f"Resources/{logical_id}Role/Properties"
    managed: list[Any] = [{"Fn::Sub": _MANAGED + _BASIC}]
    if "VpcConfig" in properties:
        managed.append({"Fn::Sub": _MANAGED + _IN_VPC})
    inline: list[dict[str, Any]] = []
    for number, policy in enumerate(_policies(properties)):
        where = f"Resources/{logical_id}/Properties/Policies"
        where += f"/{number}" if isinstance(properties["Policies"], list) else ""
        attached = len(managed)
        if isinstance(policy, str):
            managed.append(policy if policy.startswith("arn:") else {"Fn::Sub": _MANAGED + policy})
        elif "Statement" in policy:
            places[f"{made}/Policies/{len(inline)}/PolicyDocument"] = where
            inline.append({"PolicyName": f"{logical_id}RolePolicy{number}", "PolicyDocument": policy})
        elif any(key == "Ref" or str(key).startswith("Fn::") for key in policy):
            managed.append(policy)
        if len(managed) > attached:
            places[f"{made}/ManagedPolicyArns/{attached}"] = where
    trusted = {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
    trust = properties.get("AssumeRolePolicyDocument", {"Version": "2012-10-17", "Statement": [trusted]})
    role: dict[str, Any] = {"AssumeRolePolicyDocument": trust, "ManagedPolicyArns": managed}
    if inline:
        role["Policies"] = inline
    for name, becomes in (("PermissionsBoundary", "PermissionsBoundary"), ("RolePath", "Path")):
        if name in properties:
            role[becomes] = properties[name]
    return role


def _policies(properties: Mapping[str, Any]) -> Iterator[Any]:
    written = properties.get("Policies", [])
    for one in written if isinstance(written, list) else [written]:
        if isinstance(one, str | Mapping):
            yield one


def _templates_of_policies(properties: Mapping[str, Any]) -> Iterator[str]:
    """SAM's policy templates, such as S3ReadPolicy: their statements are SAM's."""
    for one in _policies(properties):
        if isinstance(one, Mapping) and "Statement" not in one:
            yield from (str(key) for key in one if key != "Ref" and not str(key).startswith("Fn::"))


def _merged(shared: Any, own: Any) -> Any:
    """Globals under a resource's own properties: maps merge, lists follow each other, anything else is replaced."""
    if isinstance(shared, Mapping) and isinstance(own, Mapping):
        if any(key == "Ref" or str(key).startswith("Fn::") for key in (*shared, *own)):
            return own
        return {**shared, **{key: _merged(shared[key], own[key]) if key in shared else own[key] for key in own}}
    if isinstance(shared, list) and isinstance(own, list):
        return [*shared, *own]
    return own


def _at(properties: Mapping[str, Any], path: str) -> Any:
    value: Any = properties
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _set(made: dict[str, Any], path: str, value: Any) -> None:
    first, _, rest = path.partition(".")
    if rest:
        _set(made.setdefault(first, {}), rest, value)
    else:
        made[first] = value
