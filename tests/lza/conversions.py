"""A configuration of our own with one of everything that a conversion carries; every name and address is made up."""

from __future__ import annotations

from collections.abc import Mapping

from tests.lza.arrange import SMALL

ACCOUNTS = """\
mandatoryAccounts:
  - {name: Management, email: aws@clinic.example, organizationalUnit: Root}
  - {name: LogArchive, email: logs@clinic.example, organizationalUnit: Security}
  - {name: Audit, email: audit@clinic.example, organizationalUnit: Security}
workloadAccounts:
  - {name: Network, email: network@clinic.example, organizationalUnit: Infrastructure}
  - {name: EhrProd, description: Records, email: ehr@clinic.example, organizationalUnit: Phi/Prod, warm: true}
  - {name: Website, email: <website>@clinic.example, organizationalUnit: Public}
accountIds:
  - {email: aws@clinic.example, accountId: "111111111111"}
  - {email: ehr@clinic.example, accountId: "089111111111"}
"""

ORGANIZATION = """\
enable: true
organizationalUnits:
  - name: Security
  - name: Infrastructure
  - name: Phi
  - name: Phi/Prod
  - name: Public
  - {name: Old, ignore: true}
serviceControlPolicies:
  - name: Records
    policy: scp/records.json
    type: customerManaged
    deploymentTargets: {organizationalUnits: [Phi]}
  - name: Forgotten
    policy: scp/records.json
    type: customerManaged
    deploymentTargets: {organizationalUnits: []}
resourceControlPolicies: []
taggingPolicies: []
backupPolicies:
  - {name: Daily, policy: backup.json, deploymentTargets: {organizationalUnits: [Root]}}
"""

RECORDS = """\
{"Version": "2012-10-17", "Statement": [
  {"Sid": "KeepTrail", "Effect": "Deny", "Action": ["cloudtrail:DeleteTrail"], "Resource": "*"},
  {"Sid": "NoLightsail", "Effect": "Deny", "Action": "lightsail:CreateInstances", "Resource": "*",
   "Condition": {"ArnNotLike": {"aws:PrincipalARN": ["arn:aws:iam::*:role/AWSAccelerator-*"]}}},
  {"Sid": "Topics", "Effect": "Deny", "Action": "sns:DeleteTopic", "Resource": "arn:aws:sns:*:*:aws-accelerator-*"},
  {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"},
  {"Sid": "Typo", "Effect": "Deny", "Action": "s3:DeletBucket", "Resource": "*"}
]}
"""

BACKUP = """\
{"plans": {"daily": {"rules": {"daily": {"lifecycle": {"delete_after_days": {"@@assign": "400"}}}}}}}
"""

GLOBAL = """\
homeRegion: us-east-1
enabledRegions: [us-east-1, us-west-2, ca-central-1]
managementAccountAccessRole: AWSControlTowerExecution
cloudwatchLogRetentionInDays: 2557
terminationProtection: true
controlTower:
  enable: true
  landingZone: {version: '3.3'}
logging:
  account: LogArchive
  accessLogBucket: {lifecycleRules: [{enabled: true, expiration: 365}]}
snsTopics:
  topics: [{name: SecurityHigh, emailAddresses: [soc@clinic.example]}]
reports:
  budgets:
    - name: everything
      amount: 2000.5
      type: COST
      timeUnit: MONTHLY
      unit: USD
      deploymentTargets: {accounts: [Management]}
      notifications:
        - {type: ACTUAL, thresholdType: PERCENTAGE, threshold: 90, address: money@clinic.example}
    - {name: yearly, amount: 5, type: COST, timeUnit: ANNUALLY, unit: USD}
"""

NETWORK = """\
homeRegion: us-east-1
defaultVpc: {delete: true}
endpointPolicies: []
transitGateways:
  - name: Main
    account: Network
    region: us-east-1
    asn: 64600
    routeTables:
      - name: Core
        routes:
          - {destinationCidrBlock: 10.200.0.0/16, attachment: {vpnConnectionName: hospital-vpn}}
          - {destinationCidrBlock: 10.210.0.0/16, attachment: {vpnConnectionName: clinic-vpn}}
customerGateways:
  - {name: Hospital, account: Network, region: us-east-1, ipAddress: 203.0.113.7, asn: 65010,
     vpnConnections: [{name: hospital-vpn, transitGateway: Main}]}
  - {name: Clinic, account: Network, region: us-east-1, ipAddress: not-an-address, asn: 65011,
     vpnConnections: [{name: clinic-vpn, transitGateway: Main}]}
  - {name: Silent, account: Network, region: us-east-1, ipAddress: 203.0.113.9, asn: 65012,
     vpnConnections: [{name: silent-vpn, transitGateway: Main}]}
centralNetworkServices:
  delegatedAdminAccount: Network
  route53Resolver:
    endpoints:
      - name: out
        type: OUTBOUND
        rules: [{name: hospital, domainName: hospital.example, ruleType: FORWARD, targetIps: [{ip: 10.200.0.53}]}]
  networkFirewall:
    rules:
      - name: allowed
        ruleGroup: {rulesSource: {rulesSourceList: {generatedRulesType: ALLOWLIST, targets: [.vendor.example]}}}
vpcs:
  - {name: ehr, account: EhrProd, region: us-east-1, cidrs: [10.50.0.0/22]}
  - {name: web, account: Website, region: us-east-1, cidrs: [10.60.0.0/16]}
  - {name: hub, account: Network, region: us-east-1, cidrs: [10.0.0.0/22]}
  - {name: lost, account: Nobody, region: us-east-1, cidrs: [10.70.0.0/22]}
"""

SECURITY = """\
homeRegion: us-east-1
centralSecurityServices:
  delegatedAdminAccount: Audit
  macie: {enable: false, excludeRegions: []}
  guardduty: {enable: true}
  detective: {enable: true}
  someNewService: {enable: true}
awsConfig:
  ruleSets:
    - deploymentTargets: {organizationalUnits: [Root]}
      rules: [{name: one, identifier: SECURITYHUB_ENABLED}, {name: two, identifier: CLOUD_TRAIL_ENABLED}]
"""

IAM = """\
identityCenter:
  name: Center
  identityCenterPermissionSets:
    - {name: Readers, policies: {awsManaged: [job-function/ViewOnlyAccess]}, sessionDuration: 480}
    - {name: Admins, policies: {awsManaged: [NoSuchPolicyAnywhere]}}
    - {name: Own, policies: {inlinePolicy: own.json}}
  identityCenterAssignments:
    - {name: readers, permissionSetName: Readers, principals: [{type: GROUP, name: Clinicians}],
       deploymentTargets: {organizationalUnits: [Phi/Prod]}}
    - {name: person, permissionSetName: Readers, principals: [{type: USER, name: somebody}],
       deploymentTargets: {accounts: [EhrProd]}}
"""

EVERYTHING: Mapping[str, str] = {
    **SMALL,
    "accounts": ACCOUNTS,
    "organization": ORGANIZATION,
    "global": GLOBAL,
    "network": NETWORK,
    "security": SECURITY,
    "iam": IAM,
    "scp/records.json": RECORDS,
    "backup.json": BACKUP,
}
