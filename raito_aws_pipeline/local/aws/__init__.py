"""An AWS account in this process: moto's server, with what it lacks or answers wrongly registered on its backends.

Here: the server (`server`), accounts written as data (`account`) and how they become state (`loading`), the sample
account, moto's deviations from AWS put right (`patches`), a record of the calls served, and faults on request. Not
here: anything that the connector itself does; it cannot tell this account from a real one.
"""
