"""What exists: one module a part of the sync, each a function that makes a target's assets.

No logic: that is in `sync/`.
"""
