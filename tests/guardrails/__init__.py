"""Tests of landing_zone.guardrails."""
