"""Tests of landing_zone.assurance."""
