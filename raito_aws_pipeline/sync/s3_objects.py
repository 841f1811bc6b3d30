"""S3 mode: the data objects of a region's buckets from their keys, as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import read_failure
from raito_aws_pipeline.aws.s3.key_pages import KeyPage
from raito_aws_pipeline.aws.s3.listing import BucketEnd, BucketToList, list_keys
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.bucket_tree import BucketTree
from raito_aws_pipeline.model.buckets import Bucket, BucketContent, BucketScope
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder, Reason
from raito_aws_pipeline.model.data_objects import DataObject, DataObjectType
from raito_aws_pipeline.model.full_names import FullNames, tree_order
from raito_aws_pipeline.model.owner_tags import with_owners
from raito_aws_pipeline.sync.region_content import RegionContent


@dataclass(frozen=True, slots=True)
class Listing:
    """What of one bucket is listed, and what becomes of it.

    Args:
        bucket: The bucket, or the part of it below a folder.
        full_name: Full name of the bucket.
        first: The row before those of the keys, that of the bucket; None: it is not wanted.
        below: Path of the folder that the rows lie below; None: the bucket itself.
        is_left_out: Keys that are passed over.
    """

    bucket: BucketToList
    full_name: str
    first: DataObject | None = None
    below: str | None = None
    is_left_out: Callable[[str], bool] | None = None


def s3_region(
    target: Target, clients: AwsClients, buckets: Sequence[Bucket], names: FullNames, region: str
) -> RegionContent:
    """The data objects of a region: its buckets, each followed by what is in it.

    Args:
        target: The target.
        clients: Its AWS clients.
        buckets: All buckets of the account.
        names: Writes the full names.
        region: The region.
    """
    chosen = [b for b in buckets if b.scope == BucketScope.INCLUDED and b.region == region]
    listings = []
    for bucket in sorted(chosen, key=lambda bucket: tree_order(bucket.name)):
        row = _bucket_object(bucket, names, target.raito.tag_overwrite_key_for_data_object_owners)
        listings.append(Listing(BucketToList(bucket.name, region), row.full_name, first=row))
    return s3_objects(target, clients, listings)


def s3_objects(target: Target, clients: AwsClients, listings: Sequence[Listing]) -> RegionContent:
    """The data objects of buckets, as they are listed.

    A bucket that cannot be read to its end is a failure, and the next one goes on. Memory: that of the listing
    (`aws.s3.listing`), and for each bucket a row of its content and at most `bucket_tree.MOST_NAMED` of the remainder.

    Args:
        target: Whether folders are emulated, and how deep.
        clients: AWS.
        listings: The buckets, in the order of the tree.
    """
    content = RegionContent((), [], [], [])
    return replace(content, batches=_batches(target, clients, listings, content))


@dataclass(slots=True)
class _Listed:
    """What was seen of a bucket so far."""

    listing: Listing
    tree: BucketTree
    objects: int = 0
    bytes: int = 0
    pages: int = 0

    def take(self, page: KeyPage) -> pa.RecordBatch:
        self.pages += 1
        self.objects += len(page.keys)
        self.bytes += sum(page.sizes)
        entries, is_left_out = page.entries, self.listing.is_left_out
        return self.tree.add([key for key in entries if not is_left_out(key)] if is_left_out else entries)

    def content(self, end: BucketEnd) -> BucketContent:
        return BucketContent(
            bucket=end.bucket.name,
            region=end.bucket.region,
            complete=end.error is None,
            objects=self.objects,
            folders=self.tree.folders,
            files=self.tree.files,
            not_represented=self.tree.keys_that_are_folders,
            bytes=self.bytes,
            deepest_path=self.tree.deepest_path,
            depth=self.tree.depth,
            pages=self.pages,
            seconds=round(end.seconds, 3),
        )

    def remainder(self) -> Iterator[DataObjectRemainder]:
        tree = self.tree
        more = tree.keys_that_are_folders - len(tree.named)
        detail = f"One of {tree.keys_that_are_folders} such keys of the bucket; {more} are not named." if more else ""
        for key in tree.named:
            yield DataObjectRemainder(
                reason=Reason.KEY_IS_FOLDER,
                source=f"s3://{self.listing.bucket.name}/{key}",
                full_name=f"{self.listing.full_name}/{key}",
                detail=detail,
            )


def _batches(
    target: Target, clients: AwsClients, listings: Sequence[Listing], content: RegionContent
) -> Iterator[pa.RecordBatch]:
    coming = iter(listings)
    listed: _Listed | None = None
    emulate_folders, max_depth = target.aws.aws_s3_emulate_folder_structure, target.aws.aws_s3_max_folder_depth
    buckets = (listing.bucket for listing in listings)
    for event in list_keys(clients, buckets, max_depth=max_depth if emulate_folders else None):
        if listed is None:
            listing = next(coming)
            tree = BucketTree(
                listing.full_name, max_depth=max_depth, emulate_folders=emulate_folders, below=listing.below
            )
            listed = _Listed(listing, tree)
            if listing.first is not None:
                yield to_batch(DataObject, [listing.first])
        if not isinstance(event, BucketEnd):
            yield listed.take(event[1])
            continue
        if event.error is None:
            yield listed.tree.finish()
        # Else the last keys stay out: what was not read may lie below them, and Raito would take folders for files.
        content.buckets.append(listed.content(event))
        content.remainder.extend(listed.remainder())
        if event.error is not None:
            content.failures.append(read_failure(event.error, part=event.bucket.name))
        listed = None


def _bucket_object(bucket: Bucket, names: FullNames, owner_tag: str | None) -> DataObject:
    full_name = names.bucket(bucket.region or "", bucket.name)
    return DataObject(
        external_id=full_name,
        name=bucket.name,
        full_name=full_name,
        type=DataObjectType.BUCKET,
        parent_external_id=names.account_id,
        tags=with_owners(bucket.tags, owner_tag) or None,
    )
