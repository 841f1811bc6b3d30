"""The embedded AWS and the embedded Raito: try the pipeline without an account of either.

Servers beside the rest of the house, bound to the loopback interface; they know the model only, and only the command
line starts them.
"""
