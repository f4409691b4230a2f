"""Tests of landing_zone.plan."""
