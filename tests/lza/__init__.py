"""Tests of landing_zone.lza."""
