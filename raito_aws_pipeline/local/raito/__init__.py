"""The embedded Raito Cloud: a server on loopback that speaks Raito's wire protocol and keeps its state in a folder.

Here: login, GraphQL, signed uploads, background imports and the export, as clients see them (protocol 12). Not here:
anything that our own side of the protocol needs; this package knows the model alone.
"""
