"""`explain policy` as people call it: JSON lines, tables on 80 columns, and an answer to whatever a file holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from moto.iam.aws_managed_policies import aws_managed_policies_data

from raito_aws_pipeline.cli.explain import command
from tests.golden import golden_json

POLICY = """{"Version": "2012-10-17", "Statement": [
  {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "ec2:Run*"], "Resource": "arn:aws:s3:::lake/sales/*"},
  {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}"""
TRUST = """{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {
  "AWS": "arn:aws:iam::111122223333:user/ann", "Service": "ec2.amazonaws.com"}}}"""


def explain(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(command, ["policy", *arguments], input=given, catch_exceptions=False)


def lines(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(content: str | bytes, name: str = "policy.json") -> str:
    """The name of a file with this content in the working directory."""
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def test_json_is_one_object_a_file_in_their_order() -> None:
    policy, trust = written(POLICY), written(TRUST, "trust.json")
    done = explain(policy, trust, "--json", "--account", "111122223333", "--bucket", "lake=eu-west-1")
    assert (done.exit_code, done.stderr) == (0, "")
    read, conditional = json.loads(POLICY)["Statement"]
    statement = json.loads(TRUST)["Statement"]
    assert lines(done) == [
        {
            "file": "policy.json",
            "who": {"users": [], "groups": [], "roles": []},
            "what": [
                {"fullName": "111122223333:eu-west-1:lake/sales", "type": "folder", "permissions": ["s3:GetObject"]}
            ],
            "remainder": [
                {"sid": "Read", "reason": "non_s3_action", "element": "ec2:Run*", "statement": read},
                {"sid": "#2", "reason": "condition", "element": "", "statement": conditional},
            ],
            "incomplete": True,
        },
        {
            "file": "trust.json",
            "who": {"users": ["ann"], "groups": [], "roles": []},
            "what": [],
            "remainder": [
                {
                    "sid": "#1",
                    "reason": "service_principal",
                    "element": "ec2.amazonaws.com",
                    "statement": statement,
                }
            ],
            "incomplete": True,
        },
    ]
    assert list(lines(done)[0]) == ["file", "who", "what", "remainder", "incomplete"]


def test_people_get_tables_of_80_columns_with_what_is_assumed() -> None:
    done = explain(written(POLICY))
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    shown = " ".join(done.stdout.split())
    assert "Account: 123456789012, since none is named." in shown
    assert "Buckets: those that are named, in us-east-1 (lake). Options --account and --bucket say otherwise." in shown
    assert "policy.json: identity policy" in shown
    assert "123456789012:us-east-1:lake/sales folder s3:GetObject" in shown
    assert "#2 condition all of it" in shown
    assert "condition: it holds under a condition only" in shown
    assert "Incomplete: more or less is granted than WHO and WHAT say." in shown


def test_where_all_is_said_nothing_is_assumed() -> None:
    done = explain(written(POLICY), "--account", "111122223333", "--bucket", "lake=eu-west-1")
    assert "Account:" not in done.stdout and "Buckets:" not in done.stdout


def test_standard_input_is_a_file() -> None:
    assert lines(explain("-", "--json", given=TRUST))[0]["who"]["users"] == ["ann"]
    assert "standard input: trust policy" in explain("-", given=TRUST).stdout


@pytest.mark.parametrize("content", [b"", b"{", b"\x7fELF\x00\xff", b"[]", b'{"Policy": {}}', b'"\\ud800"'])
def test_a_file_that_holds_no_document_is_an_answer(content: bytes) -> None:
    file = written(content)
    done = explain(file, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert lines(done) == [
        {
            "file": file,
            "who": {"users": [], "groups": [], "roles": []},
            "what": [],
            "remainder": [
                {"sid": "", "reason": "malformed", "element": "", "statement": content.decode(errors="replace")}
            ],
            "incomplete": True,
        }
    ]
    for_people = explain(file)
    assert for_people.exit_code == 0 and "no policy document" in for_people.stdout


def test_files_that_cannot_be_opened_are_a_line_each_and_the_others_are_explained() -> None:
    done = explain(".", written(POLICY), "none", "--json")
    assert done.exit_code == 1
    assert [line["file"] for line in lines(done)] == ["policy.json"]
    first, second = done.stderr.splitlines()
    assert first.startswith("error: . cannot be read: Is a directory. What to do: ")
    assert second.startswith("error: none cannot be read: No such file or directory. What to do: ")


def test_closed_standard_input_is_one_line() -> None:
    program = "import sys; sys.stdin = None; from raito_aws_pipeline.cli import main; main(['explain', 'policy', '-'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: - cannot be read: it is closed. ") and done.stderr.count("\n") == 1


def test_names_in_documents_can_neither_break_lines_nor_steer_the_terminal() -> None:
    sid = "[bold]é\u2028\x1b[31m\x85😀"
    file = written(json.dumps({"Statement": {"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*"}}))
    done = explain(file, "--json")
    assert done.stdout.isascii() and [line["remainder"][0]["sid"] for line in lines(done)] == [sid]
    shown = explain(file).stdout
    assert "[bold]é\\u2028\\x1b[31m\\x85😀" in shown and "\x1b" not in shown


def test_a_terminal_that_lacks_characters_gets_others() -> None:
    file = written('{"Statement": {"Sid": "é", "Effect": "Deny", "Action": "*", "Resource": "*"}}')
    done = CliRunner(charset="ascii").invoke(command, ["policy", file], catch_exceptions=False)
    assert done.exit_code == 0 and "\\xe9" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'FILE...'"),
        (["x", "--account", "12"], "an account id has 12 digits"),
        (["x", "--bucket", "lake"], "is not of the form NAME=REGION"),
        (["x", "--bucket", "=eu-west-1"], "is not of the form NAME=REGION"),
        (["x", "--bucket", "a=eu-west-1", "--bucket", "a=us-east-1"], "a bucket lies in one region"),
    ],
)
def test_wrong_options_are_told(arguments: list[str], message: str) -> None:
    done = explain(*arguments)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())


def test_the_golden_documents_go_through() -> None:
    case = golden_json("e-access-import", "case.json")["aws"]
    documents = [role["trust"] for role in case["roles"]] + [policy["document"] for policy in case["policies"]]
    files = [written(json.dumps(document), f"{number}.json") for number, document in enumerate(documents)]
    done = explain(*files, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    explained = lines(done)
    assert [line["file"] for line in explained] == files
    assert all(line["what"] or line["who"]["users"] or line["remainder"] for line in explained)
    assert explain(*files).exit_code == 0


def test_the_policies_that_aws_manages_go_through_in_seconds() -> None:
    policies = json.loads(aws_managed_policies_data)
    done = explain("--json", *(written(json.dumps(policy["Document"]), name) for name, policy in policies.items()))
    assert done.exit_code == 0
    by_name = {line["file"]: line for line in lines(done)}
    assert len(by_name) > 1400
    assert by_name["AmazonS3FullAccess"]["what"][0]["type"] == "datasource"
    assert not any(row["reason"] == "malformed" for line in by_name.values() for row in line["remainder"])
