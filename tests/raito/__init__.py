"""The client of Raito, over real HTTP."""
