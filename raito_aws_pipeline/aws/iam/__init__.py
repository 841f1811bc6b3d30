"""IAM: the one sweep over users, groups, roles and policies of an account (connector 2)."""
