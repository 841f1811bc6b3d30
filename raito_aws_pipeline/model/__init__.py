"""Raito's nouns, each defined once, and what follows from a definition: schema, descriptions, checks, import record."""
