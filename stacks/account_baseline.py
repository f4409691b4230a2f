"""account_baseline: what every account has, in each Region in which it is governed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_accessanalyzer as accessanalyzer
from constructs import Construct

from constructs_lib.account_alarms import AccountAlarms
from constructs_lib.alarm_forwarding import AlarmForwarding, AlarmForwardingRole, alarm_bus
from constructs_lib.alarm_topic import AlarmTopic, use_by_alarm_topics, use_by_event_bus, use_by_topic_publishers
from constructs_lib.configuration_recorder import ConfigurationRecorder, ConfigurationRole
from constructs_lib.cost_budget import CostBudget
from constructs_lib.domain_key import DomainKey
from constructs_lib.log_group import EncryptedLogGroup, use_by_logs
from constructs_lib.patch_baselines import PatchBaselines
from constructs_lib.role_stack import RoleStack
from constructs_lib.session_logging import SessionLogging, use_by_sessions
from constructs_lib.standard_roles import PermissionsBoundary, StandardRoles
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ALARM_TOPIC,
    ALARM_TOPIC_EXPORT,
    APPLICATION_LOG_GROUP,
    LOGS_KEY_EXPORT,
    SESSION_LOG_GROUP,
    key_alias,
    landing_bucket,
)


class AccountBaselineStack(RoleStack):
    """Key and topic for logs and alarms, recorder, session logs, switches; at home roles, boundary and budgets, too."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: account baseline")
        shape = variant.shape
        self._key = self._logs_key(shape)
        self.export(LOGS_KEY_EXPORT, self._key.arn)
        if shape["home"]:
            self._home(shape)
        if shape["recorder"]:
            self._configuration(shape)
        self._alarms(shape)
        self._sessions_and_logs(shape)
        self._analyzer(shape)
        PatchBaselines(self, "Patching")

    def _logs_key(self, shape: Mapping[str, Any]) -> DomainKey:
        return DomainKey(
            self,
            "LogsKey",
            domain="logs",
            description="Logs, sessions and alarms of this account",
            qualifier=self.qualifier,
            use=[
                use_by_logs(),
                use_by_alarm_topics(),
                use_by_topic_publishers(),
                use_by_event_bus(),
                use_by_sessions(),
            ],
            rotation_days=shape["key_rotation_days"],
            deletion_window_days=shape["key_deletion_window_days"],
            administrators=shape["key_administrators"],
        )

    def _home(self, shape: Mapping[str, Any]) -> None:
        boundary = PermissionsBoundary(self, "PermissionsBoundary")
        StandardRoles(
            self,
            "Roles",
            organization_id=self.value("OrganizationId"),
            accounts={
                "management": self.value("ManagementAccountId"),
                "security": self.value("SecurityAccountId"),
                "deploy": self.value("DeployAccountId"),
            },
            settings_kinds=shape["settings_kinds"],
            boundary=boundary.arn,
            break_glass=shape["break_glass"],
        )
        for number, percent in enumerate(shape["budget_alert_percent"], start=1):
            CostBudget(
                self,
                f"Budget{number}",
                monthly_usd=self.value(f"Budget{number}Usd"),
                alert_percent=percent,
                email=shape["operations_email"],
            )

    def _configuration(self, shape: Mapping[str, Any]) -> None:
        archive, region = self.value("LogArchiveAccountId"), shape["core_region"]
        recorder = ConfigurationRecorder(
            self,
            "Configuration",
            bucket=landing_bucket("configuration", archive, region),
            key=f"arn:{Aws.PARTITION}:kms:{region}:{archive}:{key_alias('archive')}",
            global_types=shape["home"],
        )
        if shape["home"]:
            recorder.node.add_dependency(ConfigurationRole(self, "ConfigurationRole"))

    def _alarms(self, shape: Mapping[str, Any]) -> None:
        topic = AlarmTopic(self, "Alarms", name=ALARM_TOPIC, display_name="Landing zone alarms", key_arn=self._key.arn)
        self.export(ALARM_TOPIC_EXPORT, topic.arn)
        hub = self.value("SecurityAccountId")
        forwarding = AlarmForwarding(self, "AlarmForwarding", bus=alarm_bus(hub, shape["core_region"]))
        if shape["home"]:
            buses = [alarm_bus(hub, region) for region in shape["core_regions"]]
            forwarding.node.add_dependency(AlarmForwardingRole(self, "AlarmForwardingRole", buses=buses))
        AccountAlarms(
            self,
            "AccountAlarms",
            topic_arn=topic.arn,
            names={"rule": forwarding.rule_name, "topic": ALARM_TOPIC},
            owners=shape["owners"],
            runbooks=shape["runbooks"],
            recorder=shape["recorder"],
        )

    def _sessions_and_logs(self, shape: Mapping[str, Any]) -> None:
        days, key = shape["retention_days"], self._key.arn
        sessions = EncryptedLogGroup(
            self, "Sessions", name=SESSION_LOG_GROUP, kind="sessions", retention_days=days["sessions"], key_arn=key
        )
        SessionLogging(self, "SessionLogging", log_group=sessions, key_arn=key)
        EncryptedLogGroup(
            self,
            "Applications",
            name=APPLICATION_LOG_GROUP,
            kind="applications",
            retention_days=days["applications"],
            key_arn=key,
        )

    def _analyzer(self, shape: Mapping[str, Any]) -> None:
        if shape["access_analyzer"]:
            accessanalyzer.CfnAnalyzer(self, "ExternalAccess", type="ACCOUNT", analyzer_name="hlz-account")
