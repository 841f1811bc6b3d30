"""Data objects: from buckets, keys and Glue tables as AWS tells them to the tree that Raito gets (connector 3).

Pure: no call is made here.
"""
