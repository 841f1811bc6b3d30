"""How Dagster's assets get into and out of the lake."""
