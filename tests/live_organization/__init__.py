"""Exports of live organizations."""
