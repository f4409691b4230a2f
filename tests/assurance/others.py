"""A good template of somebody else: what watches an account, who may do what, and a network. Tests weaken it."""

from __future__ import annotations

from typing import Any

from tests.assurance.arrange import Json, policy, resource

OWN: Json = {"Ref": "AWS::AccountId"}
ANY_ADDRESS = "0.0.0.0/0"


def arn(name: str) -> Json:
    return {"Fn::GetAtt": [name, "Arn"]}


def ref(name: str) -> Json:
    return {"Ref": name}


def allow(action: Any, on: Any, **fields: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": on, **fields}


def trust(principal: Json, action: str = "sts:AssumeRole", **fields: Any) -> Json:
    return policy({"Effect": "Allow", "Principal": principal, "Action": action, **fields})


FOR_OURSELVES: Json = {"StringEquals": {"aws:SourceAccount": OWN}}
ROOT_CALLS = (
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
)
GITHUB: Json = {
    "StringEquals": {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:clinic/portal:ref:refs/heads/main",
    }
}


def watch() -> Json:
    """Trail, recorder, detector, Security Hub, analyzer, alarms."""
    return {
        "Trail": resource(
            "AWS::CloudTrail::Trail",
            {
                "IsLogging": True,
                "IsMultiRegionTrail": True,
                "IncludeGlobalServiceEvents": True,
                "EnableLogFileValidation": True,
                "KMSKeyId": {"Fn::ImportValue": "trail-key"},
                "S3BucketName": {"Fn::ImportValue": "trail-bucket"},
                "CloudWatchLogsLogGroupArn": arn("TrailGroup"),
                "CloudWatchLogsRoleArn": arn("TrailRole"),
                "AdvancedEventSelectors": [
                    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
                    *(
                        {
                            "FieldSelectors": [
                                {"Field": "eventCategory", "Equals": ["Data"]},
                                {"Field": "resources.type", "Equals": [kind]},
                            ]
                        }
                        for kind in ("AWS::S3::Object", "AWS::DynamoDB::Table", "AWS::Lambda::Function")
                    ),
                ],
            },
        ),
        "TrailGroup": resource(
            "AWS::Logs::LogGroup",
            {"RetentionInDays": 365, "KmsKeyId": {"Fn::ImportValue": "logs-key"}},
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
        ),
        "TrailRole": resource(
            "AWS::IAM::Role",
            {
                "AssumeRolePolicyDocument": trust({"Service": "cloudtrail.amazonaws.com"}, Condition=FOR_OURSELVES),
                "PermissionsBoundary": ref("Boundary"),
            },
        ),
        "Boundary": resource("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy(allow("*", "*"))}),
        "Recorder": resource(
            "AWS::Config::ConfigurationRecorder",
            {"RoleARN": "r", "RecordingGroup": {"AllSupported": True, "IncludeGlobalResourceTypes": True}},
        ),
        "Channel": resource("AWS::Config::DeliveryChannel", {"S3BucketName": {"Fn::ImportValue": "config-bucket"}}),
        "PasswordRule": resource(
            "AWS::Config::ConfigRule",
            {
                "Source": {"Owner": "AWS", "SourceIdentifier": "IAM_PASSWORD_POLICY"},
                "InputParameters": {"MinimumPasswordLength": "14", "MaxPasswordAge": 90},
            },
        ),
        "Detector": resource(
            "AWS::GuardDuty::Detector",
            {
                "Enable": True,
                "FindingPublishingFrequency": "FIFTEEN_MINUTES",
                "Features": [
                    {"Name": "S3_DATA_EVENTS", "Status": "ENABLED"},
                    {"Name": "EBS_MALWARE_PROTECTION", "Status": "ENABLED"},
                    {
                        "Name": "RUNTIME_MONITORING",
                        "Status": "ENABLED",
                        "AdditionalConfiguration": [{"Name": "EC2_AGENT_MANAGEMENT", "Status": "ENABLED"}],
                    },
                ],
            },
        ),
        "Hub": resource("AWS::SecurityHub::Hub", {"EnableDefaultStandards": False}),
        "Standard": resource("AWS::SecurityHub::Standard", {"StandardsArn": "arn"}),
        "Analyzer": resource("AWS::AccessAnalyzer::Analyzer", {"Type": "ACCOUNT"}),
        "Topic": resource("AWS::SNS::Topic", {"KmsMasterKeyId": {"Fn::ImportValue": "topic-key"}}),
        "OnCall": resource(
            "AWS::SNS::Subscription", {"TopicArn": ref("Topic"), "Protocol": "email", "Endpoint": "a@b.c"}
        ),
        "RootUseFilter": resource(
            "AWS::Logs::MetricFilter",
            {
                "LogGroupName": ref("TrailGroup"),
                "FilterPattern": ROOT_CALLS,
                "MetricTransformations": [
                    {"MetricNamespace": "Audit", "MetricName": "RootUse", "MetricValue": "1"},
                ],
            },
        ),
        "RootUseAlarm": resource(
            "AWS::CloudWatch::Alarm",
            {
                "Namespace": "Audit",
                "MetricName": "RootUse",
                "Statistic": "Sum",
                "Period": 300,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": [ref("Topic")],
            },
        ),
        "HealthAlarm": resource(
            "AWS::CloudWatch::Alarm",
            {
                "Namespace": "AWS/ApplicationELB",
                "MetricName": "HealthyHostCount",
                "Statistic": "Minimum",
                "Period": 60,
                "EvaluationPeriods": 3,
                "Threshold": 2,
                "ComparisonOperator": "LessThanThreshold",
                "TreatMissingData": "breaching",
                "AlarmActions": [ref("Topic")],
            },
        ),
        "FindingRule": resource(
            "AWS::Events::Rule",
            {
                "EventPattern": {"source": ["aws.guardduty"], "detail": {"severity": [{"numeric": [">=", 7]}]}},
                "Targets": [{"Arn": ref("Topic"), "Id": "a"}],
            },
        ),
    }


def identities() -> Json:
    """Roles, policies of resources, guardrails."""
    return {
        "Boundary": resource("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy(allow("*", "*"))}),
        "WorkPolicy": resource(
            "AWS::IAM::ManagedPolicy",
            {
                "Roles": [ref("WorkRole")],
                "PolicyDocument": policy(
                    allow("s3:GetObject", {"Fn::Sub": "arn:${AWS::Partition}:s3:::records/*"}),
                    allow("kms:Decrypt", {"Fn::ImportValue": "records-key"}),
                    allow(
                        "iam:PassRole", arn("BreakGlassRole"), Condition={"StringEquals": {"iam:PassedToService": "a"}}
                    ),
                    allow(["cloudwatch:PutMetricData", "xray:PutTraceSegments"], "*"),
                    allow("sts:AssumeRole", "*", Condition={"StringEquals": {"aws:ResourceOrgID": "o-a"}}),
                ),
            },
        ),
        "WorkRole": resource(
            "AWS::IAM::Role",
            {
                "PermissionsBoundary": ref("Boundary"),
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"],
                "AssumeRolePolicyDocument": trust({"Service": "ecs-tasks.amazonaws.com"}, Condition=FOR_OURSELVES),
            },
        ),
        "BreakGlassRole": resource(
            "AWS::IAM::Role",
            {
                "PermissionsBoundary": ref("Boundary"),
                "MaxSessionDuration": 3600,
                "AssumeRolePolicyDocument": trust(
                    {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
                    Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                ),
            },
        ),
        "BreakGlassRule": resource(
            "AWS::Events::Rule",
            {"EventPattern": {"detail": {"eventName": ["AssumeRole"]}}, "Targets": [{"Arn": "arn", "Id": "a"}]},
        ),
        "DeployRole": resource(
            "AWS::IAM::Role",
            {
                "PermissionsBoundary": ref("Boundary"),
                "AssumeRolePolicyDocument": trust(
                    {"Federated": ref("Provider")}, "sts:AssumeRoleWithWebIdentity", Condition=GITHUB
                ),
            },
        ),
        "Provider": resource(
            "AWS::IAM::OIDCProvider",
            {"Url": "https://token.actions.githubusercontent.com", "ClientIdList": ["sts.amazonaws.com"]},
        ),
        "QueuePolicy": resource(
            "AWS::SQS::QueuePolicy",
            {
                "Queues": ["q"],
                "PolicyDocument": policy(
                    allow("sqs:SendMessage", "*", Principal={"AWS": OWN}),
                    allow(
                        "sqs:SendMessage",
                        "*",
                        Principal={"Service": "sns.amazonaws.com"},
                        Condition={"ArnEquals": {"aws:SourceArn": {"Fn::ImportValue": "topic"}}},
                    ),
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "sqs:*",
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                ),
            },
        ),
        "Share": resource(
            "AWS::RAM::ResourceShare", {"Name": "n", "AllowExternalPrincipals": False, "Principals": ["o"]}
        ),
        "Offer": resource("AWS::EC2::VPCEndpointServicePermissions", {"ServiceId": "s", "AllowedPrincipals": [OWN]}),
        "Guardrail": resource(
            "AWS::Organizations::Policy",
            {
                "Name": "guard",
                "Type": "SERVICE_CONTROL_POLICY",
                "TargetIds": ["r-a"],
                "Content": policy(
                    {
                        "Sid": "ProtectCloudTrail",
                        "Effect": "Deny",
                        "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"],
                        "Resource": "*",
                        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
                    },
                    {
                        "Sid": "Regions",
                        "Effect": "Deny",
                        "NotAction": ["iam:*", "organizations:*", "support:*"],
                        "Resource": "*",
                        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}},
                    },
                ),
            },
        ),
        "OptOut": resource(
            "AWS::Organizations::Policy",
            {
                "Name": "ai",
                "Type": "AISERVICES_OPT_OUT_POLICY",
                "TargetIds": ["r-a"],
                "Content": {"services": {"default": {"opt_out_policy": {"@@assign": "optOut"}}}},
            },
        ),
        "Backups": resource(
            "AWS::Organizations::Policy",
            {
                "Name": "backup",
                "Type": "BACKUP_POLICY",
                "TargetIds": ["r-a"],
                "Content": {
                    "plans": {
                        "daily": {
                            "rules": {"r": {"lifecycle": {"delete_after_days": {"@@assign": "35"}}}},
                            "selections": {"tags": {}},
                        }
                    }
                },
            },
        ),
    }


def network() -> Json:
    """Two zones with public, private and database subnets behind a load balancer."""
    found: Json = {
        "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        "FlowLog": resource(
            "AWS::EC2::FlowLog",
            {
                "ResourceType": "VPC",
                "ResourceId": ref("Vpc"),
                "TrafficType": "ALL",
                "LogDestinationType": "s3",
                "LogDestination": {"Fn::ImportValue": "logs"},
            },
        ),
        "QueryLog": resource("AWS::Route53Resolver::ResolverQueryLoggingConfig", {"DestinationArn": "arn"}),
        "QueryLogOfVpc": resource(
            "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
            {"ResolverQueryLogConfigId": ref("QueryLog"), "ResourceId": ref("Vpc")},
        ),
        "Internet": resource("AWS::EC2::InternetGateway"),
        "Attachment": resource(
            "AWS::EC2::VPCGatewayAttachment", {"VpcId": ref("Vpc"), "InternetGatewayId": ref("Internet")}
        ),
        "Out": resource(
            "AWS::EC2::Route",
            {
                "RouteTableId": ref("PublicTable"),
                "DestinationCidrBlock": ANY_ADDRESS,
                "GatewayId": ref("Internet"),
            },
        ),
        "PublicTable": resource("AWS::EC2::RouteTable", {"VpcId": ref("Vpc")}),
        "BalancerGroup": resource(
            "AWS::EC2::SecurityGroup",
            {
                "GroupDescription": "d",
                "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": ANY_ADDRESS} for port in (80, 443)
                ],
            },
        ),
        "BalancerOut": resource(
            "AWS::EC2::SecurityGroupEgress",
            {
                "GroupId": ref("BalancerGroup"),
                "IpProtocol": "tcp",
                "FromPort": 8443,
                "ToPort": 8443,
                "DestinationSecurityGroupId": ref("AppGroup"),
            },
        ),
        "AppGroup": resource(
            "AWS::EC2::SecurityGroup",
            {
                "GroupDescription": "d",
                "SecurityGroupIngress": [
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 8443,
                        "ToPort": 8443,
                        "SourceSecurityGroupId": ref("BalancerGroup"),
                    },
                    {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "10.0.0.0/16"},
                ],
                "SecurityGroupEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": ANY_ADDRESS}],
            },
        ),
        "Balancer": resource(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {
                "Scheme": "internet-facing",
                "SecurityGroups": [ref("BalancerGroup")],
                "Subnets": [ref("PublicSubnetA"), ref("PublicSubnetB")],
            },
        ),
        "Databases": resource("AWS::RDS::DBSubnetGroup", {"SubnetIds": [ref("DataSubnetA"), ref("DataSubnetB")]}),
        "Tasks": resource(
            "AWS::Lambda::Function", {"VpcConfig": {"SubnetIds": [ref("AppSubnetA"), ref("AppSubnetB")]}}
        ),
        "DataTable": resource("AWS::EC2::RouteTable", {"VpcId": ref("Vpc")}),
        "Acl": resource("AWS::EC2::NetworkAcl", {"VpcId": ref("Vpc")}),
        "AclOut": resource(
            "AWS::EC2::NetworkAclEntry",
            {"NetworkAclId": ref("Acl"), "Egress": True, "RuleAction": "allow", "Protocol": -1, "RuleNumber": 100}
            | {"CidrBlock": ANY_ADDRESS},
        ),
        "Endpoint": resource(
            "AWS::EC2::VPCEndpoint",
            {
                "VpcEndpointType": "Interface",
                "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.ssm"},
                "PrivateDnsEnabled": True,
                "SecurityGroupIds": [ref("AppGroup")],
                "PolicyDocument": policy(
                    allow("*", "*", Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a"}})
                ),
            },
        ),
    }
    for position, zone in enumerate("AB"):
        for tier in ("Public", "App", "Data"):
            table = {"Public": "PublicTable", "App": f"AppTable{zone}", "Data": "DataTable"}[tier]
            subnet = f"{tier}Subnet{zone}"
            place = {"Fn::Select": [position, {"Fn::GetAZs": ""}]}
            found[subnet] = resource("AWS::EC2::Subnet", {"VpcId": ref("Vpc"), "AvailabilityZone": place})
            found[f"{subnet}Table"] = resource(
                "AWS::EC2::SubnetRouteTableAssociation", {"SubnetId": ref(subnet), "RouteTableId": ref(table)}
            )
            found[f"{subnet}Acl"] = resource(
                "AWS::EC2::SubnetNetworkAclAssociation", {"SubnetId": ref(subnet), "NetworkAclId": ref("Acl")}
            )
        found[f"Address{zone}"] = resource("AWS::EC2::EIP", {"Domain": "vpc"})
        found[f"Nat{zone}"] = resource(
            "AWS::EC2::NatGateway",
            {
                "SubnetId": ref(f"PublicSubnet{zone}"),
                "AllocationId": {"Fn::GetAtt": [f"Address{zone}", "AllocationId"]},
            },
        )
        found[f"AppTable{zone}"] = resource("AWS::EC2::RouteTable", {"VpcId": ref("Vpc")})
        found[f"AppOut{zone}"] = resource(
            "AWS::EC2::Route",
            {
                "RouteTableId": ref(f"AppTable{zone}"),
                "DestinationCidrBlock": ANY_ADDRESS,
                "NatGatewayId": ref(f"Nat{zone}"),
            },
        )
    return found
