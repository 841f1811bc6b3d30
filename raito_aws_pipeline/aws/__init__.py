"""AWS, as it is: clients, failures, and readers, one a service; facts are given as AWS tells them.

Not here: what Raito makes of the facts (`identities` and its neighbours).
"""
