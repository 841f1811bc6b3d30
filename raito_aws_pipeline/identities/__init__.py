"""AWS facts → Raito's users and groups, and the checks that they must pass before Raito gets to see them.

Pure: no call, no file. Rules of connector 2 and protocol 6.2, 6.3.
"""
