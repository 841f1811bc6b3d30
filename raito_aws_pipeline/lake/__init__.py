"""The lake: tables as Parquet files on disk or S3, readable as they lie there, and what is known of their completeness.

Knows paths, files and schemas. Does not know what a table means, nor AWS, Raito or Dagster.
"""
