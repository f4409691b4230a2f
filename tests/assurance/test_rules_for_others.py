"""A good template of somebody else is left in peace; weakened in one place, the rule for that place says so."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template
from tests.assurance.arrange import Json, assert_did_not_run, check_document, document, messages, policy, resource
from tests.assurance.others import ANY_ADDRESS, GITHUB, ROOT_CALLS, allow, identities, network, ref, trust, watch

ABSENT = object()
FOREIGN = "111122223333"
WATCH, IDENTITIES, NETWORK = watch, identities, network
NEVER = {
    "Threshold": 100000000,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:topic"],
    "Metrics": [{"Id": "m", "MetricStat": {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"}}}],
}
TRAIL_EVENTS = "AdvancedEventSelectors"
ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}


def weakened(base: Callable[[], Json], edits: dict[str, Any]) -> Json:
    """The template with values at `Resource.Property.0.Key` replaced, removed (ABSENT) or whole resources added."""
    resources = copy.deepcopy(base())
    for path, value in edits.items():
        steps = path.split(".")
        if len(steps) == 1:
            resources.pop(path, None)
            if value is not ABSENT:
                resources[path] = value
            continue
        at: Any = resources[steps[0]]["Properties"]
        for step in steps[1:-1]:
            at = at[int(step) if step.isdecimal() else step]
        last: Any = int(steps[-1]) if steps[-1].isdecimal() else steps[-1]
        if value is ABSENT:
            del at[last]
        elif isinstance(at, list) and last == len(at):
            at.append(value)
        else:
            at[last] = value
    return document(**resources)


def entry(**fields: Any) -> Json:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **fields}


def granting(*args: Any, **fields: Any) -> dict[str, Any]:
    return {"WorkPolicy.PolicyDocument.Statement.5": allow(*args, **fields)}


OLD_SSM = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"
PULL_REQUEST = "repo:clinic/portal:pull_request"
GITHUB_TRUST = "DeployRole.AssumeRolePolicyDocument.Statement.0.Condition.StringEquals"
DATA_ONLY = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]


def service_role(**properties: Any) -> Json:
    document = trust({"Service": "glue.amazonaws.com"})
    return resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": document, **properties})


BOUNDED: Json = {"Second": service_role(PermissionsBoundary=ref("Boundary"))}
FOR_PULL_REQUESTS: Json = {**GITHUB["StringEquals"], "token.actions.githubusercontent.com:sub": PULL_REQUEST}
PLANNING: Json = resource(
    "AWS::IAM::Role",
    {
        "PermissionsBoundary": ref("Boundary"),
        "AssumeRolePolicyDocument": trust(
            {"Federated": ref("Provider")},
            "sts:AssumeRoleWithWebIdentity",
            Condition={"StringEquals": FOR_PULL_REQUESTS},
        ),
    },
)


def tls_floor(version: Any) -> Json:
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"NumericLessThan": {"s3:TlsVersion": version}},
    }
    return resource("AWS::S3::BucketPolicy", {"Bucket": "b", "PolicyDocument": policy(denial)})


WEAK: list[tuple[str, Callable[[], Json], dict[str, Any]]] = [
    # trails
    ("HLZ-TRL-001", WATCH, {"Trail.IsLogging": False}),
    ("HLZ-TRL-006", WATCH, {"Trail.IsOrganizationTrail": False}),
    ("HLZ-TRL-001", WATCH, {"Trail.IncludeGlobalServiceEvents": False}),
    ("HLZ-TRL-001", WATCH, {"Trail.IsMultiRegionTrail": ABSENT}),
    (
        "HLZ-TRL-002",
        WATCH,
        {f"Trail.{TRAIL_EVENTS}.0": {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}},
    ),
    (
        "HLZ-TRL-002",
        WATCH,
        {f"Trail.{TRAIL_EVENTS}.0.FieldSelectors.1": {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}},
    ),
    ("HLZ-TRL-005", WATCH, {f"Trail.{TRAIL_EVENTS}": ABSENT}),
    ("HLZ-TRL-005", WATCH, {f"Trail.{TRAIL_EVENTS}.1.FieldSelectors.2": {"Field": "readOnly", "Equals": ["false"]}}),
    ("HLZ-TRL-005", WATCH, {f"Trail.{TRAIL_EVENTS}.2": ABSENT, "Records": resource("AWS::DynamoDB::Table")}),
    # log groups, recorder, detection
    ("HLZ-LOG-001", WATCH, {"TrailGroup.RetentionInDays": 7}),
    ("HLZ-LOG-001", WATCH, {"TrailGroup.RetentionInDays": ABSENT}),
    ("HLZ-LOG-002", WATCH, {"TrailGroup": resource("AWS::Logs::LogGroup", {}, DeletionPolicy="Delete")}),
    ("HLZ-CFG-001", WATCH, {"Recorder.RecordingGroup.AllSupported": False}),
    ("HLZ-CFG-006", WATCH, {"Recorder.RecordingGroup.IncludeGlobalResourceTypes": False}),
    ("HLZ-CFG-006", WATCH, {"Recorder.RecordingGroup.IncludeGlobalResourceTypes": ABSENT}),
    ("HLZ-CFG-005", WATCH, {"PasswordRule.InputParameters.MinimumPasswordLength": "8"}),
    ("HLZ-CFG-005", WATCH, {"PasswordRule.InputParameters": '{"MaxPasswordAge": 365}'}),
    ("HLZ-GRD-003", WATCH, {"Detector.Features.0.Status": "DISABLED"}),
    ("HLZ-GRD-003", WATCH, {"Detector.Features.1": ABSENT}),
    ("HLZ-GRD-003", WATCH, {"Detector.Features.2.AdditionalConfiguration.0.Status": "DISABLED"}),
    ("HLZ-GRD-003", WATCH, {"Detector.Features": ABSENT, "Detector.DataSources": {"S3Logs": {"Enable": False}}}),
    ("HLZ-GRD-003", WATCH, {"Database": resource("AWS::RDS::DBInstance")}),
    (
        "HLZ-GRD-004",
        WATCH,
        {
            "Filter": resource(
                "AWS::GuardDuty::Filter",
                {"Action": "ARCHIVE", "FindingCriteria": {"Criterion": {"severity": {"Gte": 7}}}},
            )
        },
    ),
    (
        "HLZ-GRD-004",
        WATCH,
        {
            "Filter": resource(
                "AWS::InspectorV2::Filter", {"FilterAction": "SUPPRESS", "FilterCriteria": {"Severity": [1]}}
            )
        },
    ),
    (
        "HLZ-GRD-007",
        WATCH,
        {"Trusted": resource("AWS::GuardDuty::IPSet", {"Activate": True, "Location": "https://s3.amazonaws.com/b/k"})},
    ),
    ("HLZ-SHB-002", WATCH, {"Standard": ABSENT}),
    (
        "HLZ-SHB-007",
        WATCH,
        {
            "Automation": resource(
                "AWS::SecurityHub::AutomationRule",
                {
                    "Criteria": {"SeverityLabel": [{"Value": "HIGH"}]},
                    "Actions": [{"FindingFieldsUpdate": {"Workflow": {"Status": "SUPPRESSED"}}}],
                },
            )
        },
    ),
    ("HLZ-AAN-003", WATCH, {"Trail.IsOrganizationTrail": True}),
    ("HLZ-DTC-005", WATCH, {"Detector": ABSENT}),
    ("HLZ-AAN-004", WATCH, {"Analyzer.Type": "ACCOUNT_UNUSED_ACCESS"}),
    (
        "HLZ-TRL-002",
        WATCH,
        {
            "Trail": resource(
                "AWS::CloudTrail::EventDataStore",
                {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]},
            )
        },
    ),
    ("HLZ-R53-005", WATCH, {"Signing": resource("AWS::Route53::KeySigningKey", {"HostedZoneId": "z"})}),
    # alarms
    ("HLZ-ALM-012", WATCH, {"RootUseFilter.FilterPattern": '{ $.userIdentity.type = "IAMUser" }'}),
    ("HLZ-ALM-013", WATCH, {"RootUseFilter.LogGroupName": "another"}),
    ("HLZ-ALM-014", WATCH, {"RootUseAlarm": ABSENT}),
    ("HLZ-ALM-015", WATCH, {"RootUseAlarm.MetricName": "RootUsage"}),
    ("HLZ-ALM-015", WATCH, {"RootUseAlarm.Dimensions": [{"Name": "user", "Value": "root"}]}),
    (
        "HLZ-RPL-007",
        WATCH,
        {
            "Told": resource(
                "AWS::SNS::Topic",
                {"Subscription": [{"Protocol": "sqs", "Endpoint": f"arn:aws:sqs:us-east-1:{FOREIGN}:q"}]},
            )
        },
    ),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.Threshold": 1000}),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.ComparisonOperator": "LessThanThreshold"}),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.Period": 86400}),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.EvaluationPeriods": 5}),
    (
        "HLZ-ALM-016",
        WATCH,
        {"RootUseAlarm.ComparisonOperator": "GreaterThanThreshold", "RootUseAlarm.Statistic": "Average"},
    ),
    ("HLZ-ALM-017", WATCH, {"HealthAlarm.ComparisonOperator": "GreaterThanThreshold"}),
    ("HLZ-ALM-017", WATCH, {"HealthAlarm.Threshold": 0}),
    ("HLZ-ALM-017", WATCH, {"FailureAlarm": resource("AWS::CloudWatch::Alarm", NEVER)}),
    ("HLZ-ALM-017", WATCH, {"HealthAlarm.TreatMissingData": "notBreaching"}),
    (
        "HLZ-ALM-017",
        WATCH,
        {"HealthAlarm.MetricName": "CPUUtilization", "HealthAlarm.ComparisonOperator": "LessThanThreshold"},
    ),
    ("HLZ-ALM-018", WATCH, {"OnCall": ABSENT}),
    ("HLZ-EVB-003", WATCH, {"FindingRule.EventPattern.detail.severity": [{"numeric": [">=", 8.5]}]}),
    (
        "HLZ-EVB-003",
        WATCH,
        {"FindingRule.EventPattern": {"source": ["aws.inspector2"], "detail": {"severity": ["CRITICAL"]}}},
    ),
    # grants
    ("HLZ-IAM-002", IDENTITIES, granting("s3:PutObject", "*")),
    ("HLZ-IAM-007", IDENTITIES, granting("kms:*", {"Fn::Sub": "arn:aws:kms:us-east-1:${AWS::AccountId}:key/*"})),
    ("HLZ-IAM-007", IDENTITIES, granting(["kms:Decrypt"], "*", Condition={"Bool": {"aws:SecureTransport": "true"}})),
    ("HLZ-IAM-008", IDENTITIES, granting("iam:PassRole", {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/*"})),
    ("HLZ-IAM-008", IDENTITIES, granting("iam:Create*", "*")),
    ("HLZ-IAM-008", IDENTITIES, granting("sts:AssumeRole", "*")),
    ("HLZ-IAM-009", IDENTITIES, granting("s3:GetObject", "arn:aws:s3:::*")),
    ("HLZ-IAM-009", IDENTITIES, granting("secretsmanager:GetSecretValue", "*")),
    ("HLZ-IAM-015", IDENTITIES, granting("dynamodb:*", "arn:aws:dynamodb:us-east-1:1:table/one")),
    # identities
    ("HLZ-IAM-010", IDENTITIES, {"Person": resource("AWS::IAM::User", {"LoginProfile": {"Password": "p"}})}),
    ("HLZ-IAM-010", IDENTITIES, {"Key": resource("AWS::IAM::AccessKey", {"UserName": "u"})}),
    ("HLZ-IAM-010", IDENTITIES, {"People": resource("AWS::IAM::Group", {})}),
    ("HLZ-IAM-004", IDENTITIES, {"WorkRole.ManagedPolicyArns.0": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("HLZ-IAM-011", IDENTITIES, {"WorkRole.ManagedPolicyArns.0": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}),
    ("HLZ-IAM-011", IDENTITIES, {"WorkRole.ManagedPolicyArns.0": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ("HLZ-IAM-017", IDENTITIES, {"DeployRole.PermissionsBoundary": ABSENT}),
    ("HLZ-IAM-018", IDENTITIES, {"WorkRole.Policies": [{"PolicyName": "p", "PolicyDocument": policy()}]}),
    ("HLZ-IAM-012", IDENTITIES, {"WorkRole.MaxSessionDuration": 43200}),
    # trust
    ("HLZ-IAM-003", IDENTITIES, {"WorkRole.AssumeRolePolicyDocument": trust({"AWS": "*"})}),
    ("HLZ-IAM-003", IDENTITIES, {"WorkRole.AssumeRolePolicyDocument": trust({"AWS": FOREIGN})}),
    ("HLZ-IAM-005", IDENTITIES, {"BreakGlassRole.AssumeRolePolicyDocument.Statement.0.Condition": ABSENT}),
    (
        "HLZ-IAM-006",
        IDENTITIES,
        {
            "BreakGlassRole.AssumeRolePolicyDocument.Statement.0.Condition": {
                "BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}
            }
        },
    ),
    (
        "HLZ-IAM-016",
        IDENTITIES,
        {
            "DeployRole.AssumeRolePolicyDocument.Statement.0.Condition.StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com"
            }
        },
    ),
    (
        "HLZ-IAM-016",
        IDENTITIES,
        {
            "DeployRole.AssumeRolePolicyDocument.Statement.0.Condition": {
                "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                "StringLike": {"token.actions.githubusercontent.com:sub": "repo:clinic/*"},
            }
        },
    ),
    ("HLZ-IAM-019", IDENTITIES, {"WorkRole.AssumeRolePolicyDocument": trust(ROOT)}),
    ("HLZ-IAM-020", IDENTITIES, {"BreakGlassRule": ABSENT}),
    # policies of resources
    ("HLZ-RPL-001", IDENTITIES, {"QueuePolicy.PolicyDocument.Statement.0.Principal": "*"}),
    (
        "HLZ-RPL-001",
        IDENTITIES,
        {"QueuePolicy.PolicyDocument.Statement.0.Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:root"}},
    ),
    ("HLZ-RPL-001", IDENTITIES, {"QueuePolicy.PolicyDocument.Statement.1.Condition": ABSENT}),
    (
        "HLZ-RPL-001",
        IDENTITIES,
        {
            "Repository": resource(
                "AWS::ECR::Repository",
                {"RepositoryPolicyText": policy({"Effect": "Allow", "Principal": {"AWS": FOREIGN}, "Action": "ecr:*"})},
            )
        },
    ),
    ("HLZ-RPL-004", IDENTITIES, {"Share.AllowExternalPrincipals": True, "Share.Principals": [FOREIGN]}),
    ("HLZ-RPL-004", IDENTITIES, {"Offer.AllowedPrincipals": ["*"]}),
    ("HLZ-RPL-004", IDENTITIES, {"Offer.AllowedPrincipals": [f"arn:aws:iam::{FOREIGN}:root"]}),
    ("HLZ-RPL-007", WATCH, {"RootUseAlarm.AlarmActions.1": f"arn:aws:sns:us-east-1:{FOREIGN}:t"}),
    ("HLZ-RPL-007", WATCH, {"FindingRule.Targets.0.Arn": f"arn:aws:events:us-east-1:{FOREIGN}:event-bus/b"}),
    (
        "HLZ-RPL-007",
        WATCH,
        {
            "Tap": resource(
                "AWS::Logs::SubscriptionFilter", {"DestinationArn": f"arn:aws:logs:us-east-1:{FOREIGN}:destination:d"}
            )
        },
    ),
    # organization policies
    ("HLZ-ORG-008", IDENTITIES, {"Guardrail.Content": policy(allow("*", "*"))}),
    ("HLZ-ORG-008", IDENTITIES, {"Guardrail.Content.Statement.0.Condition.ArnNotLike": {"aws:PrincipalArn": "*"}}),
    ("HLZ-ORG-009", IDENTITIES, {"Guardrail.Content.Statement.1.NotAction.3": "s3:*"}),
    (
        "HLZ-ORG-009",
        IDENTITIES,
        {"Guardrail.Content.Statement.1.Condition.StringNotEquals": {"aws:RequestedRegion": "*"}},
    ),
    ("HLZ-ORG-010", IDENTITIES, {"Guardrail.Content.Statement.0.Action": ["cloudtrail:DeleteTrail"]}),
    ("HLZ-ORG-021", IDENTITIES, {"OptOut.Content.services.default.opt_out_policy": {"@@assign": "optIn"}}),
    ("HLZ-ORG-021", IDENTITIES, {"OptOut.Content.services": {}}),
    ("HLZ-ORG-022", IDENTITIES, {"Backups.Content.plans.daily.rules.r.lifecycle.delete_after_days": {"@@assign": "7"}}),
    ("HLZ-ORG-022", IDENTITIES, {"Backups.Content.plans.daily.selections": ABSENT}),
    ("HLZ-ORG-012", IDENTITIES, {"Guardrail.Content.Statement.0.Action.2": "guardduty:DeleteDetector"}),
    (
        "HLZ-ORG-011",
        IDENTITIES,
        {
            "Perimeter": resource(
                "AWS::Organizations::Policy",
                {
                    "Type": "RESOURCE_CONTROL_POLICY",
                    "Content": policy(
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": ["s3:*", "kms:*", "secretsmanager:*"],
                            "Resource": "*",
                            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a"}},
                        }
                    ),
                },
            )
        },
    ),
    ("HLZ-R53-006", NETWORK, {"DnsWall": resource("AWS::Route53Resolver::FirewallRuleGroup", {"FirewallRules": []})}),
    ("HLZ-EVB-003", WATCH, {"FindingRule.EventPattern.detail.severity": [{"numeric": ["<", 4]}]}),
    ("HLZ-EVB-003", WATCH, {"FindingRule.EventPattern": {"source": ["aws.health"]}}),
    (
        "HLZ-EVB-003",
        WATCH,
        {
            "Sent": resource(
                "AWS::Events::Rule",
                {"EventPattern": {"source": ["aws.health"], "detail-type": ["Security Hub Findings - Imported"]}},
            )
        },
    ),
    ("HLZ-GRD-003", WATCH, {"Detector.Features.3": {"Name": "EKS_AUDIT_LOGS", "Status": "ENABLED"}}),
    (
        "HLZ-TRL-005",
        WATCH,
        {f"Trail.{TRAIL_EVENTS}.1.FieldSelectors.2": {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::one/"]}},
    ),
    # security groups
    ("HLZ-NET-003", NETWORK, {"Balancer.Scheme": "internal"}),
    ("HLZ-NET-003", NETWORK, {"AppGroup.SecurityGroupIngress.2": entry(CidrIp=ANY_ADDRESS)}),
    ("HLZ-NET-003", NETWORK, {"BalancerGroup.SecurityGroupIngress.2": entry(FromPort=22, ToPort=22, CidrIpv6="::/0")}),
    ("HLZ-NET-003", NETWORK, {"AppGroup.SecurityGroupEgress": ABSENT}),
    ("HLZ-NET-003", NETWORK, {"AppGroup.SecurityGroupEgress.0": {"IpProtocol": "-1", "CidrIp": ANY_ADDRESS}}),
    ("HLZ-SGR-001", NETWORK, {"AppGroup.SecurityGroupIngress.2": entry(CidrIp="0.0.0.0/1")}),
    ("HLZ-SGR-001", NETWORK, {"AppGroup.SecurityGroupIngress.2": entry(FromPort=22, ToPort=22, CidrIp="52.1.2.0/24")}),
    ("HLZ-SGR-002", NETWORK, {"AppGroup.SecurityGroupIngress.2": {"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}}),
    ("HLZ-SGR-002", NETWORK, {"AppGroup.SecurityGroupIngress.0.SourceSecurityGroupOwnerId": FOREIGN}),
    ("HLZ-SGR-003", NETWORK, {"AppGroup.SecurityGroupEgress.0": entry(FromPort=0, ToPort=65535, CidrIp=ANY_ADDRESS)}),
    ("HLZ-SGR-003", NETWORK, {"AppGroup.SecurityGroupEgress.1": entry(FromPort=22, ToPort=22, CidrIp=ANY_ADDRESS)}),
    # routes and gateways
    ("HLZ-RTE-001", NETWORK, {"Out.RouteTableId": ref("DataTable")}),
    (
        "HLZ-RTE-001",
        NETWORK,
        {
            "Leak": resource(
                "AWS::EC2::Route",
                {"RouteTableId": ref("AppTableA"), "DestinationIpv6CidrBlock": "::/0", "GatewayId": ref("Internet")},
            )
        },
    ),
    (
        "HLZ-RTE-002",
        NETWORK,
        {"NatA": ABSENT, "NatB": ABSENT, "Balancer": ABSENT, "PublicSubnetA": ABSENT, "PublicSubnetB": ABSENT},
    ),
    ("HLZ-RTE-003", NETWORK, {"AppOutA.VpcPeeringConnectionId": "pcx-1"}),
    (
        "HLZ-RTE-004",
        NETWORK,
        {
            "Leak": resource(
                "AWS::EC2::Route",
                {"RouteTableId": ref("DataTable"), "DestinationCidrBlock": ANY_ADDRESS, "NatGatewayId": ref("NatA")},
            )
        },
    ),
    ("HLZ-RTE-005", NETWORK, {"AddressA.InstanceId": "i-1"}),
    ("HLZ-RTE-005", NETWORK, {"Spare": resource("AWS::EC2::EIP", {"Domain": "vpc"})}),
    ("HLZ-RTE-006", NETWORK, {"Peer": resource("AWS::EC2::VPCPeeringConnection", {"PeerOwnerId": FOREIGN})}),
    ("HLZ-RTE-007", NETWORK, {"DataSubnetBAcl": ABSENT}),
    ("HLZ-RTE-007", NETWORK, {"DataSubnetBTable": ABSENT}),
    ("HLZ-RTE-008", NETWORK, {"AppOutB.NatGatewayId": ref("NatA")}),
    ("HLZ-RTE-009", NETWORK, {"QueryLog": ABSENT, "QueryLogOfVpc": ABSENT}),
    ("HLZ-NET-016", NETWORK, {"QueryLogOfVpc": ABSENT}),
    ("HLZ-RTE-010", NETWORK, {"Lifted": resource("AWS::EC2::VPCBlockPublicAccessExclusion", {"VpcId": "v"})}),
    ("HLZ-NET-001", NETWORK, {"FlowLog.TrafficType": "REJECT"}),
    ("HLZ-NET-002", NETWORK, {"Endpoint.PolicyDocument.Statement.0.Condition": ABSENT}),
    ("HLZ-NET-006", NETWORK, {"AclOut.Egress": False}),
    ("HLZ-NET-022", NETWORK, {"Hub": resource("AWS::EC2::TransitGateway", {"AutoAcceptSharedAttachments": "enable"})}),
    (
        "HLZ-NET-025",
        NETWORK,
        {"Wall": resource("AWS::NetworkFirewall::Firewall", {"SubnetMappings": [{"SubnetId": "a"}]})},
    ),
    ("HLZ-NET-026", NETWORK, {"Endpoint.PrivateDnsEnabled": False}),
    ("HLZ-NET-026", NETWORK, {"Endpoint.SecurityGroupIds": ABSENT}),
    # a baseline that says less than it did
    ("HLZ-TRL-002", WATCH, {f"Trail.{TRAIL_EVENTS}.0": ABSENT, "Lake": resource("AWS::CloudTrail::EventDataStore")}),
    (
        "HLZ-TRL-005",
        WATCH,
        {"Trail.IsOrganizationTrail": True, f"Trail.{TRAIL_EVENTS}.3": ABSENT},
    ),
    (
        "HLZ-TRL-006",
        WATCH,
        {
            "Account": resource("AWS::Organizations::Account", {"AccountName": "a"}),
        },
    ),
    (
        "HLZ-TRL-006",
        WATCH,
        {
            "Account": resource("AWS::Organizations::Account", {"AccountName": "a"}),
            "Trail.IsOrganizationTrail": True,
            "Lake": resource("AWS::CloudTrail::EventDataStore", {"OrganizationEnabled": False}),
        },
    ),
    (
        "HLZ-ALM-012",
        WATCH,
        {"RootUseFilter.FilterPattern": ROOT_CALLS.replace(" }", ' && $.awsRegion = "us-east-1" }')},
    ),
    ("HLZ-ALM-012", WATCH, {"RootUseFilter.FilterPattern": ROOT_CALLS.replace(" }", " && $.eventName = CreateUser }")}),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.Statistic": "Average"}),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.Statistic": "Minimum"}),
    (
        "HLZ-EVB-003",
        WATCH,
        {
            "FindingRule.EventPattern": {
                "source": ["aws.securityhub"],
                "detail": {"findings": {"Workflow": {"Status": ["SUPPRESSED"]}}},
            }
        },
    ),
    ("HLZ-EVB-003", WATCH, {"FindingRule.EventPattern.detail.severity": [{"numeric": ["=", 9]}]}),
    ("HLZ-AAN-005", WATCH, {"Analyzer.Type": "ORGANIZATION"}),
    ("HLZ-IAM-011", IDENTITIES, {"WorkRole.ManagedPolicyArns.0": OLD_SSM}),
    ("HLZ-IAM-017", IDENTITIES, {"DeployRole.PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("HLZ-IAM-017", IDENTITIES, {**BOUNDED, "Third": service_role()}),
    (
        "HLZ-IAM-018",
        IDENTITIES,
        {"Inline": resource("AWS::IAM::Policy", {"Roles": [ref("WorkRole")], "PolicyDocument": policy()})},
    ),
    ("HLZ-IAM-016", IDENTITIES, {GITHUB_TRUST: FOR_PULL_REQUESTS}),
    ("HLZ-S3-028", IDENTITIES, {"Store": tls_floor("1.0")}),
    (
        "HLZ-RTE-002",
        NETWORK,
        {
            **{name: ABSENT for name in ("NatA", "NatB", "Balancer", "PublicSubnetA", "PublicSubnetB")},
            "FirewallSubnet": resource("AWS::EC2::Subnet", {"VpcId": ref("Vpc")}),
        },
    ),
]


@pytest.mark.parametrize("base", [watch, identities])
def test_a_good_template_has_no_finding(base: Callable[[], Json]) -> None:
    read = Template.from_json(document(**base()), name="good")
    assert messages(evaluate(read, RuleContext(read, own=False))) == []


@pytest.mark.parametrize(
    ("rule", "base", "edits"), [pytest.param(*row, id=f"{row[0]}-{number}") for number, row in enumerate(WEAK)]
)
def test_a_weakened_place_is_found_by_its_rule_where_it_was_good_before(
    rule: str, base: Callable[[], Json], edits: dict[str, Any]
) -> None:
    assert messages(check_document(rule, document(**base()), context={"own": False})) == []
    found = check_document(rule, weakened(base, edits), context={"own": False})
    assert found.findings


OF_OTHERS_ALONE = sorted({rule for rule, _, _ in WEAK if rule[4:7] in ("SGR", "RTE", "ORG")})


@pytest.mark.parametrize("rule", OF_OTHERS_ALONE)
def test_our_own_templates_are_judged_by_other_rules(rule: str) -> None:
    _, base, edits = next(row for row in WEAK if row[0] == rule)
    assert_did_not_run(check_document(rule, weakened(base, edits), context={"own": True}))


TWINS: list[tuple[str, Callable[[], Json], dict[str, Any]]] = [
    (
        "HLZ-ALM-015",
        WATCH,
        {
            "RootUseAlarm.Dimensions": [{"Name": "user", "Value": "root"}],
            "RootUseFilter.MetricTransformations.0.Dimensions": [{"Key": "user", "Value": "$.userIdentity.userName"}],
        },
    ),
    (
        "HLZ-RPL-007",
        WATCH,
        {
            "Told": resource(
                "AWS::SNS::Topic",
                {
                    "Subscription": [
                        {"Protocol": "sms", "Endpoint": "491701234567"},
                        {"Protocol": "sqs", "Endpoint": {"Fn::Sub": "arn:aws:sqs:us-east-1:${AWS::AccountId}:q"}},
                    ]
                },
            )
        },
    ),
    (
        "HLZ-R53-005",
        WATCH,
        {
            "Signing": resource("AWS::Route53::KeySigningKey", {"HostedZoneId": "z"}),
            "Signed": resource("AWS::Route53::DNSSEC", {"HostedZoneId": "z"}),
        },
    ),
    ("HLZ-IAM-017", IDENTITIES, {"WorkRole.PermissionsBoundary": ABSENT}),
    (
        "HLZ-IAM-016",
        IDENTITIES,
        {
            "DeployRole.AssumeRolePolicyDocument.Statement.0.Condition.StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Stage}:environment:production"},
            }
        },
    ),
    ("HLZ-RTE-001", NETWORK, {"Published": resource("AWS::SSM::Parameter", {"Value": ref("PublicSubnetA")})}),
    ("HLZ-RTE-007", NETWORK, {f"{tier}Subnet{zone}Acl": ABSENT for tier in ("App", "Public") for zone in "AB"}),
    ("HLZ-GRD-004", WATCH, {"Filter": resource("AWS::GuardDuty::Filter", {"Action": "NOOP", "FindingCriteria": {}})}),
    (
        "HLZ-GRD-004",
        WATCH,
        {
            "Filter": resource(
                "AWS::GuardDuty::Filter",
                {
                    "Action": "ARCHIVE",
                    "FindingCriteria": {"Criterion": {"type": {}, "resource.instanceDetails.instanceId": {}}},
                },
            )
        },
    ),
    ("HLZ-GRD-003", WATCH, {"Detector.Features.3": {"Name": "EKS_RUNTIME_MONITORING", "Status": "DISABLED"}}),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.ComparisonOperator": "GreaterThanThreshold", "RootUseAlarm.Threshold": 0}),
    ("HLZ-EVB-003", WATCH, {"FindingRule.EventPattern.detail.severity": [7, 7.5, 8, 9]}),
    ("HLZ-LOG-001", WATCH, {"TrailGroup.RetentionInDays": 731}),
    ("HLZ-IAM-007", IDENTITIES, granting("kms:Decrypt", "*", Condition={"StringEquals": {"kms:ViaService": "s3.a"}})),
    (
        "HLZ-IAM-008",
        IDENTITIES,
        granting("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "a"}}),
    ),
    ("HLZ-IAM-009", IDENTITIES, granting("s3:GetObject", {"Fn::Sub": "arn:aws:s3:::records-${AWS::AccountId}/*"})),
    (
        "HLZ-RPL-001",
        IDENTITIES,
        {
            "Files": resource(
                "AWS::EFS::FileSystem",
                {
                    "FileSystemPolicy": policy(
                        allow(
                            "elasticfilesystem:ClientMount",
                            "*",
                            Principal={"AWS": "*"},
                            Condition={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
                        )
                    )
                },
            )
        },
    ),
    (
        "HLZ-RPL-001",
        IDENTITIES,
        {
            "Api": resource(
                "AWS::ApiGateway::RestApi",
                {
                    "Policy": policy(
                        allow("execute-api:Invoke", "*", Principal="*"),
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "execute-api:Invoke",
                            "Resource": "*",
                            "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
                        },
                    )
                },
            )
        },
    ),
    ("HLZ-SGR-001", NETWORK, {"AppGroup.SecurityGroupIngress.2": entry(CidrIp="52.1.2.0/24")}),
    (
        "HLZ-SGR-002",
        NETWORK,
        {"AppGroup.SecurityGroupIngress.2": {"IpProtocol": "-1", "SourceSecurityGroupId": "sg-1"}},
    ),
    ("HLZ-RTE-006", NETWORK, {"Peer": resource("AWS::EC2::VPCPeeringConnection", {"PeerOwnerId": {"Ref": "Stage"}})}),
    (
        "HLZ-NET-006",
        NETWORK,
        {
            "AclIn": resource(
                "AWS::EC2::NetworkAclEntry",
                {
                    "NetworkAclId": ref("Acl"),
                    "RuleAction": "deny",
                    "Protocol": -1,
                    "RuleNumber": 90,
                    "CidrBlock": ANY_ADDRESS,
                },
            )
        },
    ),
    (
        "HLZ-TRL-002",
        WATCH,
        {"Lake": resource("AWS::CloudTrail::EventDataStore", {"AdvancedEventSelectors": DATA_ONLY})},
    ),
    (
        "HLZ-AAN-005",
        WATCH,
        {
            "Analyzer.Type": "ORGANIZATION",
            "Unused": resource("AWS::AccessAnalyzer::Analyzer", {"Type": "ORGANIZATION_UNUSED_ACCESS"}),
        },
    ),
    ("HLZ-TRL-006", WATCH, {"Watch": resource("AWS::AccessAnalyzer::Analyzer", {"Type": "ORGANIZATION"})}),
    ("HLZ-ALM-012", WATCH, {"RootUseFilter.FilterPattern": ROOT_CALLS.replace(" }", " && $.eventName = * }")}),
    (
        "HLZ-ALM-012",
        WATCH,
        {
            "RootUseFilter.FilterName": "root-console-login",
            "RootUseFilter.FilterPattern": ROOT_CALLS.replace(" }", " && $.eventName = ConsoleLogin }"),
        },
    ),
    ("HLZ-ALM-016", WATCH, {"RootUseAlarm.Statistic": "Maximum"}),
    ("HLZ-IAM-017", IDENTITIES, {**BOUNDED, "Third": service_role(PermissionsBoundary=ref("Boundary"))}),
    ("HLZ-IAM-016", IDENTITIES, {"PlanRole": PLANNING}),
    ("HLZ-S3-028", IDENTITIES, {"Store": tls_floor("1.2")}),
    ("HLZ-S3-028", IDENTITIES, {"Store": tls_floor(1.3)}),
    (
        "HLZ-RET-001",
        WATCH,
        {"Lake": resource("AWS::CloudTrail::EventDataStore", {"TerminationProtectionEnabled": True})},
    ),
]


@pytest.mark.parametrize(
    ("rule", "base", "edits"), [pytest.param(*row, id=f"{row[0]}-{number}") for number, row in enumerate(TWINS)]
)
def test_the_same_done_right_is_quiet(rule: str, base: Callable[[], Json], edits: dict[str, Any]) -> None:
    assert messages(check_document(rule, weakened(base, edits), context={"own": False})) == []


UNKNOWN: list[tuple[str, Callable[[], Json], str]] = [
    ("HLZ-TRL-005", WATCH, f"Trail.{TRAIL_EVENTS}"),
    ("HLZ-GRD-003", WATCH, "Detector.Features"),
    ("HLZ-CFG-005", WATCH, "PasswordRule.InputParameters"),
    ("HLZ-CFG-006", WATCH, "Recorder.RecordingGroup.IncludeGlobalResourceTypes"),
    ("HLZ-AAN-003", WATCH, "Analyzer.Type"),
    ("HLZ-ALM-012", WATCH, "RootUseFilter.FilterPattern"),
    ("HLZ-ALM-016", WATCH, "RootUseAlarm.Threshold"),
    ("HLZ-ALM-017", WATCH, "HealthAlarm.Threshold"),
    ("HLZ-ALM-018", WATCH, "OnCall.TopicArn"),
    ("HLZ-EVB-003", WATCH, "FindingRule.EventPattern"),
    ("HLZ-IAM-005", IDENTITIES, "BreakGlassRole.AssumeRolePolicyDocument"),
    ("HLZ-IAM-011", IDENTITIES, "WorkRole.ManagedPolicyArns.0"),
    ("HLZ-IAM-016", IDENTITIES, "DeployRole.AssumeRolePolicyDocument"),
    ("HLZ-RPL-001", IDENTITIES, "QueuePolicy.PolicyDocument"),
    ("HLZ-RPL-004", IDENTITIES, "Offer.AllowedPrincipals"),
    ("HLZ-ORG-008", IDENTITIES, "Guardrail.Content"),
    ("HLZ-ORG-021", IDENTITIES, "OptOut.Content"),
    ("HLZ-SGR-001", NETWORK, "AppGroup.SecurityGroupIngress"),
    ("HLZ-SGR-003", NETWORK, "AppGroup.SecurityGroupEgress"),
    ("HLZ-RTE-001", NETWORK, "Out.GatewayId"),
    ("HLZ-NET-026", NETWORK, "Endpoint.PrivateDnsEnabled"),
    ("HLZ-AAN-005", WATCH, "Analyzer.Type"),
    ("HLZ-TRL-006", WATCH, "Trail.IsOrganizationTrail"),
    ("HLZ-TRL-002", WATCH, f"Trail.{TRAIL_EVENTS}"),
    ("HLZ-IAM-017", IDENTITIES, "DeployRole.PermissionsBoundary"),
]


@pytest.mark.parametrize(("rule", "base", "path"), [pytest.param(*row, id=row[0]) for row in UNKNOWN])
def test_what_a_deployment_decides_is_neither_good_nor_bad(rule: str, base: Callable[[], Json], path: str) -> None:
    report = check_document(rule, weakened(base, {path: {"Ref": "Stage"}}), context={"own": False})
    assert messages(report) == []
