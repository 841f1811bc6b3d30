"""Access controls: from roles, policies, access points and permission sets as AWS tells them to Raito's WHO × WHAT.

Pure: no call is made here (connector 4).
"""
