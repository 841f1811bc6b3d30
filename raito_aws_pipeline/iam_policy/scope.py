"""The account that documents are understood for: its partition, its buckets, and what resource patterns reach in it.

Here: resource patterns over the ARNs of S3 (IAM: "Actions, resources, and condition keys for Amazon S3"), in identity
policies and in the policy of an access point. Not here: which data objects there are (`known`) and what a statement
grants on what it reaches (`what`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Final

from raito_aws_pipeline.iam_policy.matching import Pattern, arn_pattern
from raito_aws_pipeline.model.full_names import FullNames

ACCESS_POINT_TYPES: Final = frozenset(
    ("accesspoint", "accesspointobject", "multiregionaccesspoint", "objectlambdaaccesspoint")
)

_TEMPLATES: Final = {
    "accesspoint": "s3:?*:?*:accesspoint/?*",
    "accesspointobject": "s3:?*:?*:accesspoint/?*/object/?*",
    "multiregionaccesspoint": "s3::?*:accesspoint/?*",
    "multiregionaccesspointrequestarn": "s3:?*:?*:async-request/mrap/?*",
    "objectlambdaaccesspoint": "s3-object-lambda:?*:?*:accesspoint/?*",
    "job": "s3:?*:?*:job/?*",
    "storagelensconfiguration": "s3:?*:?*:storage-lens/?*",
    "storagelensgroup": "s3:?*:?*:storage-lens-group/?*",
    "accessgrantsinstance": "s3:?*:?*:access-grants/default",
    "accessgrantslocation": "s3:?*:?*:access-grants/default/location/?*",
    "accessgrant": "s3:?*:?*:access-grants/default/grant/?*",
}
"""ARNs of S3's resources other than buckets and objects, without `arn:<partition>:`."""

RESOURCE_TYPES: Final = frozenset(("bucket", "object", *_TEMPLATES))


class Breadth(IntEnum):
    """How much of the data source a pattern reaches as a whole."""

    NONE = 0
    BUCKETS = 1
    """All buckets and objects: `arn:<partition>:s3:::*`."""
    S3 = 2
    """All resources of S3: `arn:<partition>:s3:*`."""
    EVERYTHING = 3
    """`*`, which actions without a resource type need."""


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """An access point: its ARN and the bucket that it is of."""

    arn: str
    bucket: str


@dataclass(frozen=True, slots=True)
class BucketReach:
    """What a pattern reaches of one imported bucket.

    Args:
        bucket: The bucket.
        itself: The bucket's own ARN.
        all_objects: All its objects.
        trees: Folders, all below them: the paths.
        keys: Single keys.
        patterns: Patterns of keys that are none of the three.
    """

    bucket: str
    itself: bool
    all_objects: bool
    trees: tuple[str, ...]
    keys: tuple[str, ...]
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a resource pattern reaches.

    Args:
        pattern: The pattern.
        breadth: The data source as a whole; then the fields below are empty.
        buckets: Imported buckets.
        names_buckets: It may stand for the ARN of a bucket.
        names_objects: It may stand for the ARN of an object.
        is_wild: Its bucket is a wildcard: buckets that are made later may match too.
        unknown_bucket: It reaches a bucket that is not imported, or not the account's.
        other_types: Types of S3's other resources that it may stand for.
    """

    pattern: Pattern
    breadth: Breadth = Breadth.NONE
    buckets: tuple[BucketReach, ...] = ()
    names_buckets: bool = False
    names_objects: bool = False
    is_wild: bool = False
    unknown_bucket: bool = False
    other_types: frozenset[str] = frozenset()

    @property
    def is_in_s3(self) -> bool:
        """It may stand for a resource of S3 at all."""
        return bool(self.breadth or self.names_buckets or self.names_objects or self.other_types)


@dataclass(frozen=True, eq=False)
class Scope:
    """The account that documents are understood for. What patterns reach is remembered as long as the scope lives.

    Args:
        names: Writes full names of the account's data objects.
        buckets: Region of each imported bucket of the account, by name.
        not_imported: The account's other buckets.
        partition: `aws`, `aws-cn` or `aws-us-gov`.
        access_point: The documents are policies of this access point; None: they are identity policies.
    """

    names: FullNames
    buckets: Mapping[str, str]
    not_imported: frozenset[str] = frozenset()
    partition: str = "aws"
    access_point: AccessPoint | None = None
    _reaches: dict[tuple[str, bool], Reach] = field(default_factory=dict, init=False, repr=False)

    def bucket_name(self, bucket: str) -> str:
        """Full name of an imported bucket."""
        return self.names.bucket(self.buckets[bucket], bucket)

    def bucket_arn(self, bucket: str) -> str:
        """ARN of a bucket, or the beginning of all of them."""
        return f"arn:{self.partition}:s3:::{bucket}"

    @property
    def bucket_type(self) -> str:
        """The resource type of what stands for a bucket."""
        return "bucket" if self.access_point is None else "accesspoint"

    @property
    def object_type(self) -> str:
        """The resource type of what stands for objects."""
        return "object" if self.access_point is None else "accesspointobject"

    def reach(self, resource: str, *, variables: bool) -> Reach:
        """What a pattern of a resource reaches.

        Args:
            resource: As a statement names it.
            variables: Policy variables are understood; in their place a `*` is taken.
        """
        known = self._reaches.get((resource, variables))
        if known is None:
            pattern = arn_pattern(resource, variables=variables)
            known = self._by_name(pattern) if self.access_point is None else _at(self.access_point, pattern, self)
            self._reaches[resource, variables] = known
        return known

    def _by_name(self, pattern: Pattern) -> Reach:
        breadth = self._breadth(pattern)
        if breadth:
            return Reach(pattern=pattern, breadth=breadth, names_buckets=True, names_objects=True)
        others = self._other_types(pattern)
        reaches = [
            self._below(rest)
            for rest in pattern.after(self.bucket_arn(""))
            # Whoever writes `arn:aws:s3:*:*:accesspoint/*` does not mean somebody's bucket of the name `accesspoint`.
            if rest.parts and not (others and _first_segment(rest) in _WORDS - self.buckets.keys() - self.not_imported)
        ]
        if not reaches and not others and pattern.meets(_ANY_BUCKET):
            # Of another partition.
            return Reach(pattern=pattern, names_buckets=True, names_objects=True, unknown_bucket=True)
        return Reach(
            pattern=pattern,
            buckets=tuple(bucket for reach in reaches for bucket in reach.buckets),
            names_buckets=any(reach.names_buckets for reach in reaches),
            names_objects=any(reach.names_objects for reach in reaches),
            is_wild=any(reach.is_wild for reach in reaches),
            unknown_bucket=any(reach.unknown_bucket for reach in reaches),
            other_types=others,
        )

    def _breadth(self, pattern: Pattern) -> Breadth:
        if pattern.has_variable:
            # It stands for something else, whatever that is.
            return Breadth.NONE
        if pattern.matches_all:
            return Breadth.EVERYTHING
        if not any(rest.matches_all for rest in pattern.after(self.bucket_arn(""))):
            return Breadth.NONE
        # A region and an account that no pattern names.
        elsewhere = f"arn:{self.partition}:s3:\0:\0:"
        return Breadth.S3 if pattern.covers_all_with(elsewhere) else Breadth.BUCKETS

    def _other_types(self, pattern: Pattern) -> frozenset[str]:
        if pattern.head.startswith(self.bucket_arn("")):
            return frozenset()
        found = {
            name
            for name, template in _TEMPLATES.items()
            if pattern.meets(arn_pattern(f"arn:{self.partition}:{template}"))
        }
        if pattern.has_text("/object/"):
            found -= {"accesspoint"}
        return frozenset(found)

    def _below(self, rest: Pattern) -> Reach:
        """What a pattern of what follows `arn:<partition>:s3:::` reaches."""
        name, slash = _first_segment(rest), "/" in rest.head
        if slash or rest.literal is not None:
            buckets = (_bucket_reach(name, rest),) if name in self.buckets else ()
            return Reach(
                pattern=rest,
                buckets=buckets,
                names_buckets=not slash,
                names_objects=slash,
                unknown_bucket=not buckets,
            )
        found = [_bucket_reach(bucket, rest) for bucket in _beginning_with(self._sorted_buckets, rest.head)]
        others = _beginning_with(self._sorted_not_imported, rest.head)
        return Reach(
            pattern=rest,
            buckets=tuple(reach for reach in found if reach is not _NOTHING),
            names_buckets=not rest.has_text("/"),
            names_objects=True,
            is_wild=True,
            unknown_bucket=any(_bucket_reach(bucket, rest) is not _NOTHING for bucket in others),
        )

    @cached_property
    def _sorted_buckets(self) -> list[str]:
        return sorted(self.buckets)

    @cached_property
    def _sorted_not_imported(self) -> list[str]:
        return sorted(self.not_imported)


_WORDS = frozenset(template.split(":")[-1].partition("/")[0] for template in _TEMPLATES.values())
_ANY_BUCKET = arn_pattern("arn:?*:s3:::?*")
_NOTHING = BucketReach("", itself=False, all_objects=False, trees=(), keys=(), patterns=())


def _at(access_point: AccessPoint, pattern: Pattern, scope: Scope) -> Reach:
    """What a pattern reaches by an access point, whose objects lie below `<ARN>/object/`."""
    itself = pattern.matches(access_point.arn)
    keys = pattern.after(f"{access_point.arn}/object/")
    is_imported = access_point.bucket in scope.buckets
    return Reach(
        pattern=pattern,
        buckets=(_reached(access_point.bucket, keys, itself=itself),) if is_imported else (),
        names_buckets=itself,
        names_objects=bool(keys),
        unknown_bucket=not is_imported,
    )


def _first_segment(rest: Pattern) -> str:
    return rest.head.partition("/")[0]


def _bucket_reach(bucket: str, rest: Pattern) -> BucketReach:
    itself = rest.matches(bucket)
    keys = rest.after(f"{bucket}/")
    return _reached(bucket, keys, itself=itself) if itself or keys else _NOTHING


def _reached(bucket: str, keys: Iterable[Pattern], *, itself: bool) -> BucketReach:
    keys = tuple(keys)
    if any(key.matches_all for key in keys):
        return BucketReach(bucket, itself=itself, all_objects=True, trees=(), keys=(), patterns=())
    return BucketReach(
        bucket,
        itself=itself,
        all_objects=False,
        trees=tuple(key.tree for key in keys if key.tree is not None),
        keys=tuple(key.literal for key in keys if key.literal is not None),
        patterns=tuple(key for key in keys if key.tree is None and key.literal is None),
    )


def _beginning_with(names: list[str], head: str) -> Iterator[str]:
    for place in range(bisect_left(names, head), len(names)):
        if not names[place].startswith(head):
            return
        yield names[place]
