"""Connects AWS accounts to Raito, as a Dagster project.

Nothing is imported or re-exported here, so that importing one room loads that room alone.
"""

__version__ = "0.1.0"
