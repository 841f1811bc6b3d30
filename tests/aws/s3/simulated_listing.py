"""A listing without threads and without time: answers come when the simulation says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from raito_aws_pipeline.aws.s3.listing import BucketEnd, BucketToList, Job, ListingPlan
from raito_aws_pipeline.errors import PipelineError
from tests.aws.s3.bucket_of_keys import BucketOfKeys


@dataclass
class Seen:
    """What came out of a listing.

    Args:
        entries: Entries of each bucket, as they came.
        ends: The ends of the buckets, as they came.
        requests: How many pages were asked for.
        rounds: How many times the duration of a request it took.
        most_held: The most pages that were in memory.
    """

    entries: dict[str, list[str]] = field(default_factory=dict)
    ends: list[BucketEnd] = field(default_factory=list)
    requests: int = 0
    rounds: int = 0
    most_held: int = 0

    @property
    def under_way(self) -> float:
        """How many requests were under way at a time, in the mean."""
        return self.requests / self.rounds


@dataclass
class SimulatedListing:
    """Lists buckets in rounds: all that workers ask for in a round is answered before the next one begins.

    Args:
        buckets: The buckets by name, in their order.
        workers: How many there are.
        page_size: Entries a page.
        max_depth: As `list_keys` has it.
        prefix: As `BucketToList` has it, for all buckets.
        order: In which order the answers of a round come, and how many of them: the others stay under way.
        reads: How many results the reader takes in a round, at most.
        refuse: What is refused.
    """

    buckets: Mapping[str, BucketOfKeys]
    workers: int
    page_size: int = 1000
    max_depth: int | None = None
    prefix: str = ""
    order: Callable[[list[Job]], list[Job]] = list
    reads: Callable[[], int] = lambda: 1_000_000
    refuse: Callable[[Job], PipelineError | None] = lambda _: None

    def run(self) -> Seen:
        """List everything."""
        seen = Seen(entries={name: [] for name in self.buckets})
        for _ in self.rounds(seen):
            pass
        return seen

    def rounds(self, seen: Seen) -> Iterator[ListingPlan]:
        """List everything; gives the plan after each round."""
        coming = (BucketToList(name, "eu-west-1", self.prefix) for name in self.buckets)
        plan = ListingPlan(coming, self.workers, self.max_depth)
        under_way: list[Job] = []
        while True:
            begun = False
            while len(under_way) < self.workers and (job := plan.next_job()) is not None:
                under_way.append(job)
                begun = True
            seen.most_held = max(seen.most_held, plan.held)
            answered = self.order(under_way)
            for job in answered:
                under_way.remove(job)
                seen.requests += 1
                self._answer(job)
            seen.rounds += bool(answered)
            wanted = self.reads()
            took = self._read(plan, seen, wanted)
            yield plan
            if plan.ended:
                return
            assert begun or answered or took or under_way or not wanted, (
                "nobody has anything to do, and the listing has not ended"
            )

    def _answer(self, job: Job) -> None:
        refusal = self.refuse(job)
        if refusal is not None:
            job.ranges.fail(job.range, refusal)
        else:
            page = self.buckets[job.bucket.name].page(job.request, self.page_size)
            job.ranges.take(job.range, job.request, page)

    @staticmethod
    def _read(plan: ListingPlan, seen: Seen, wanted: int) -> int:
        took = 0
        for _ in range(wanted):
            result = plan.next_result()
            if result is None:
                break
            took += 1
            if isinstance(result, BucketEnd):
                seen.ends.append(result)
            else:
                seen.entries[result[0].name] += result[1].entries
        return took
