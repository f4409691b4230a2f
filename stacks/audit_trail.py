"""audit_trail: the organization's trail and the alarms on it, in the management account."""

from __future__ import annotations

from constructs import Construct

from constructs_lib.alarm_topic import AlarmTopic
from constructs_lib.audit_alarm import EventAlarm, SilenceAlarm
from constructs_lib.log_group import EncryptedLogGroup
from constructs_lib.role_stack import RoleStack
from constructs_lib.trail import OrganizationTrail
from landing_zone.plan.alarms import SEVERITIES, AuditAlarm, audit_alarms, silence_alarm
from landing_zone.plan.model import Variant
from landing_zone.plan.names import AUDIT_TOPIC, LOGS_KEY_EXPORT, ORGANIZATION_TRAIL_LOG_GROUP


class AuditTrailStack(RoleStack):
    """The organization trail (unless Control Tower has one), its log group, and an alarm for each row of the data."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: audit trail and alarms")
        self.owners, self.runbooks = variant.shape["owners"], variant.shape["runbooks"]
        trail = variant.shape["trail"]
        log_group_name = (
            self._trail(variant.shape["retention_days"]["audit_trail"]) if trail else self.value("TrailLogGroup")
        )
        alarms = [alarm for alarm in audit_alarms() if trail or not alarm.trail_only]
        topics = self._topics({alarm.severity for alarm in (*alarms, silence_alarm())})
        for alarm in alarms:
            EventAlarm(
                self,
                _label(alarm),
                alarm=alarm,
                pattern=alarm.filter_pattern(qualifier, self.value("DeployAccountId")),
                description=self._description(alarm),
                log_group_name=log_group_name,
                topic_arn=topics[alarm.severity],
            )
        SilenceAlarm(
            self,
            _label(silence_alarm()),
            alarm=silence_alarm(),
            description=self._description(silence_alarm()),
            log_group_name=log_group_name,
            topic_arn=topics[silence_alarm().severity],
        )

    def _trail(self, retention_days: int) -> str:
        """The trail and its log group; the group's name."""
        log_group = EncryptedLogGroup(
            self,
            "Events",
            name=ORGANIZATION_TRAIL_LOG_GROUP,
            kind="audit_trail",
            retention_days=retention_days,
            key_arn=self.imported(LOGS_KEY_EXPORT),
        )
        OrganizationTrail(
            self,
            "OrganizationTrail",
            archive_account=self.value("LogArchiveAccountId"),
            organization_id=self.value("OrganizationId"),
            log_group=log_group,
        )
        return log_group.log_group.ref

    def _topics(self, severities: set[str]) -> dict[str, str]:
        """ARN of the topic of each severity that is in use."""
        return {
            severity: AlarmTopic(
                self,
                f"{severity.title()}Alarms",
                name=f"{AUDIT_TOPIC}-{severity}",
                display_name=f"Audit alarms: {severity}",
                key_arn=self.imported(LOGS_KEY_EXPORT),
                emails=[self.owners[severity]["email"]],
            ).arn
            for severity in SEVERITIES
            if severity in severities
        }

    def _description(self, alarm: AuditAlarm) -> str:
        return alarm.description(self.owners[alarm.severity], self.runbooks)


def _label(alarm: AuditAlarm) -> str:
    return "".join(part.title() for part in alarm.id.split("-"))
