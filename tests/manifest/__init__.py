"""Tests of landing_zone.manifest."""
