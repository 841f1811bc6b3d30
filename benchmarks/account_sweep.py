"""Reading an account: IAM calls and client CPU of the sweep against reading entity by entity."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.measuring import cpu_seconds
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.iam.sweep import sweep_account
from raito_aws_pipeline.local.aws.server import LocalAws

USERS, GROUPS, ROLES, POLICIES = 44, 5, 78, 84
"""The account on which the system that this one replaces makes 586 IAM calls."""


def figures() -> list[Figure]:
    """One sweep serves identities and access; reading entity by entity is the fall-back."""
    with LocalAws() as aws:
        aws.load(account())
        os.environ.update(aws.environment())
        clients = AwsClients()
        sweep_cpu, sweep_calls = _measure(aws, clients)
        aws.faults.deny("iam:GetAccountAuthorizationDetails")
        single_cpu, single_calls = _measure(aws, clients)
    return [
        at_most(
            f"IAM calls for {USERS} users, {GROUPS} groups, {ROLES} roles, {POLICIES} policies",
            sweep_calls,
            "calls",
            20,
        ),
        at_least("IAM calls entity by entity against the sweep", single_calls / sweep_calls, "x", 50),
        # Server and client share the process here; both count.
        at_least("CPU entity by entity against the sweep", single_cpu / sweep_cpu, "x", 5),
    ]


def account() -> dict[str, Any]:
    """An account of that size, each user and role with a policy attached."""

    def document(n: int) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bucket-{n}/*"}
        return {"Version": "2012-10-17", "Statement": [statement]}

    service = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [service]}
    return {
        "account": "123456789012",
        "aws": {
            "policies": [{"name": f"policy-{n}", "document": document(n)} for n in range(POLICIES)],
            "groups": [{"name": f"group-{n}"} for n in range(GROUPS)],
            "users": [
                {"name": f"user-{n}", "groups": [f"group-{n % GROUPS}"], "attached": [f"policy-{n}"]}
                for n in range(USERS)
            ],
            "roles": [{"name": f"role-{n}", "trust": trust, "attached": [f"policy-{n}"]} for n in range(ROLES)],
        },
    }


def _measure(aws: LocalAws, clients: AwsClients) -> tuple[float, int]:
    aws.forget_calls()
    seconds = cpu_seconds(lambda: list(sweep_account(clients)))
    return seconds, sum(count for name, count in aws.calls().items() if name.startswith("iam:"))
