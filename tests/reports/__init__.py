"""Tests of `landing_zone.reports`."""
