"""What the user writes: the typed model, loading with places, cross-reference checks, JSON Schema, the starter file.

Nothing here knows what will be deployed; that is `landing_zone.plan`.
"""
