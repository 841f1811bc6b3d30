"""One function a stage, called by the Dagster assets and by the command line alike.

What is read, written, checked and pushed, and in which order.

Puts the rooms below together and holds the rules that concern several of them: completeness, guards, the life of a
Raito job. Knows neither Dagster nor the terminal.
"""
