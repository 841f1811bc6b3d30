"""Dagster's handles on AWS, Raito and the lake: thin, each returns a plain object of the rooms below.

None of them has Dagster configuration: what a target says stays in its settings, so that no secret can appear in run
configuration or in the UI. Tests hand in others.
"""
