"""Raito's protocol, from the client's side: session, GraphQL, jobs, tasks, uploads, imports.

Knows nothing of Dagster, of raito.yml or of the environment: everything is handed in.
"""
