"""`python -m benchmarks.check --resources N --templates N`: `hlz check --fast` of one large template and of many.

CPU seconds and peak memory are those of the whole process, interpreter start included. Half of the templates are JSON,
half YAML; they hold what application teams write (keys, buckets, roles, functions, security groups), with mistakes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import measured

PER_TEMPLATE = 30
"""Resources of each of many templates."""


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=500)
    parser.add_argument("--templates", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hlz-") as made:
        folder = Path(made)
        cache = {"HLZ_CACHE_DIR": str(folder / "cache")}
        rows = {}
        for suffix in ("yaml", "json"):
            file = _write(folder / f"large.{suffix}", asked.resources)
            rows[f"{asked.resources} resources, {suffix}"] = _measured([str(file)], cache)
        many = folder / "many"
        many.mkdir()
        for number in range(asked.templates):
            _write(many / f"{number}.{('yaml', 'json')[number % 2]}", PER_TEMPLATE)
        rows[f"{asked.templates} templates of {PER_TEMPLATE}"] = _measured([str(many)], cache)
    print(json.dumps(rows, indent=1))


def _measured(paths: list[str], environment: dict[str, str]) -> dict[str, Any]:
    return vars(measured([sys.executable, "-m", "landing_zone", "check", "--fast", "--json", *paths], environment))


def _write(file: Path, resources: int) -> Path:
    document = {"Resources": {id: row for number in range(-(-resources // 5)) for id, row in _five(number).items()}}
    json_ = file.suffix == ".json"
    file.write_text(json.dumps(document, indent=1) if json_ else yaml.safe_dump(document, sort_keys=False))
    return file


def _five(number: int) -> dict[str, Any]:
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    key = {"Statement": [{"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}]}
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": f"Key{number}"}}
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    work = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:*"], "Resource": "*"}
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}
    rows = {
        "Key": ("KMS::Key", {"EnableKeyRotation": True, "KeyPolicy": key}),
        "Bucket": (
            "S3::Bucket",
            {
                "VersioningConfiguration": {"Status": "Enabled"},
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": encryption}]
                },
            },
        ),
        "Role": (
            "IAM::Role",
            {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                "Policies": [{"PolicyName": "work", "PolicyDocument": {"Statement": [work]}}],
            },
        ),
        "Function": (
            "Lambda::Function",
            {
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Role": {"Fn::GetAtt": [f"Role{number}", "Arn"]},
                "Code": {"S3Bucket": "code", "S3Key": "app.zip"},
                "Environment": {"Variables": {"BUCKET": {"Ref": f"Bucket{number}"}}},
            },
        ),
        "Group": ("EC2::SecurityGroup", {"GroupDescription": "https", "SecurityGroupIngress": [rule]}),
    }
    return {f"{name}{number}": {"Type": f"AWS::{type_}", "Properties": row} for name, (type_, row) in rows.items()}


if __name__ == "__main__":
    main()
