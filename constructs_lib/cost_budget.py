"""A monthly cost limit that tells somebody before and when it is passed."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Token
from aws_cdk import aws_budgets as budgets
from constructs import Construct


class CostBudget(Construct):
    """A budget over the account's cost (in the management account: the organization's).

    monthly_usd: amount, may be a token. alert_percent: percentages of actual cost that are told to `email`; a forecast
    above the limit is told, too. Without a name of its own, because a changed notification replaces the budget.
    """

    def __init__(
        self, scope: Construct, id: str, *, monthly_usd: str, alert_percent: Sequence[int], email: str
    ) -> None:
        super().__init__(scope, id)
        limit = budgets.CfnBudget.SpendProperty(amount=Token.as_number(monthly_usd), unit="USD")
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(budget_type="COST", time_unit="MONTHLY", budget_limit=limit),
            notifications_with_subscribers=[
                *(_notification("ACTUAL", percent, email) for percent in alert_percent),
                _notification("FORECASTED", 100, email),
            ],
        )


def _notification(kind: str, percent: int, email: str) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=email)],
    )
