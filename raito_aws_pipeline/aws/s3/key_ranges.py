"""The keys of one bucket, read in several ranges at a time: what is asked for next, and what is known in order.

A range is a part of the bucket that one worker reads page by page. Who has nothing to do cuts off the later part of a
range that another one reads, at a guess (`key_ahead`) some pages ahead, and reads on from there. A guess may turn out
badly: no key may lie between two cuts, and the last page of a range nearly always reaches into the next one. So

- a bucket's ranges are cut only while the requests that gave nothing new are fewer than a quarter of those that did:
  small buckets are read by one worker, and a bucket whose names defy the guess is read slower, not dearer;
- one cut is tried at first, one more with each that led to keys, and one again after a cut that led to none;
- where ranges hold fewer or more pages than was guessed, the next guesses reach farther or less far.

No input or output, no thread: `listing` decides over all buckets, `workers` do the requests.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from raito_aws_pipeline.aws.s3.key_ahead import KeyStep, behind, key_step
from raito_aws_pipeline.aws.s3.key_pages import KeyPage
from raito_aws_pipeline.aws.s3.list_objects import PageRequest
from raito_aws_pipeline.errors import PipelineError

SHORTEST_CUT, LONGEST_CUT = 2, 6
"""Pages ahead at which a range is cut: fewer while little of the bucket is known, so that all workers have some."""

WASTE = 0.25
"""Requests that may give nothing new, as a share of those that do."""

_END = "\U0010ffff" * 256
"""No key comes after this one."""

_FARTHEST, _NEAREST = 64.0, 1 / 8
"""How much farther or less far than guessed a cut may be."""


class Guess(NamedTuple):
    """That a range ends in so many pages.

    Args:
        pages: The pages.
        reach: By how much they were multiplied.
        depth: Folders above what was guessed at; each depth has names of its own kind.
    """

    pages: int
    reach: float
    depth: int


@dataclass(slots=True, eq=False)
class KeyRange:
    """Keys after `after`, up to and with `end` (None: to the last); those up to `after` were read.

    Args:
        after: Where it goes on.
        end: Its last key.
        step: How far a page goes, as its last page showed, or that of the range that it was cut from.
        ahead: Pages between that page and `after`.
    """

    after: str
    end: str | None
    step: KeyStep | None = None
    ahead: int = 0
    pages: deque[KeyPage] = field(default_factory=deque)
    request: PageRequest | None = None
    """What is asked for next, where that is not the keys after `after`."""
    busy: bool = False
    done: bool = False
    doubtful: bool = False
    """Whether it was cut off and nobody knows yet if there are keys in it."""
    guess: Guess | None = None
    """How its end was found; None: not by a guess."""
    read: float = 0
    """Pages read since its end was set, or since it began."""

    @property
    def held(self) -> int:
        """Pages in memory, the one that is being read included."""
        return len(self.pages) + self.busy


class KeyRanges:
    """What is known of one bucket's keys.

    Args:
        prefix: Empty, or a folder with its `/`: keys that begin so.
        workers: How many there are for all buckets.
        max_depth: Segments of a key that matter; None: all of them.
    """

    def __init__(self, prefix: str, workers: int, max_depth: int | None) -> None:
        self.error: PipelineError | None = None
        """Why the keys after those given are missing."""
        self._prefix = prefix
        self._workers = workers
        self._max_depth = max_depth
        self._ranges = [KeyRange("", None)]
        self._requests = 0
        self._useful = 0.0
        self._doubtful = 0
        self._trust = 1
        self._reach: defaultdict[int, float] = defaultdict(lambda: 1.0)

    @property
    def held(self) -> int:
        """Pages in memory, those that are being read included."""
        return sum(part.held for part in self._ranges)

    @property
    def ended(self) -> bool:
        """Whether there will be no more pages."""
        return not self._ranges

    def next_page(self) -> KeyPage | None:
        """The next page in the order of the keys; None: there is none now, or none at all (`ended`)."""
        while self._ranges:
            first = self._ranges[0]
            if first.pages:
                return first.pages.popleft()
            if not first.done:
                return None
            del self._ranges[0]
        return None

    def next_request(self, room: int) -> tuple[KeyRange, PageRequest] | None:
        """The request nearest to the reader that nobody makes yet; None: enough is held, or nothing is to be asked.

        Args:
            room: Pages that may be held up to that request, itself included.
        """
        for position, part in enumerate(self._ranges):
            room -= part.held
            if room <= 0:
                return None
            if part.done:
                continue
            piece = self._cut_off(part) if part.busy else part
            if piece is None:
                continue
            if piece is not part:
                self._ranges.insert(position + 1, piece)
            piece.busy = True
            return piece, piece.request or PageRequest(piece.after, self._prefix)
        return None

    def take(self, part: KeyRange, request: PageRequest, page: KeyPage) -> None:
        """Put a page where it belongs, and note where its range goes on."""
        self._requests += 1
        part.busy = False
        if part not in self._ranges:
            return  # What came before it could not be read.
        # A common prefix may hold what was read already, and the range may have been cut since it was asked for.
        kept = page.within(request.start_after, part.end)
        entries = kept.entries
        useful = len(entries) / (len(page.entries) or 1)
        self._useful += useful
        part.read += useful
        if part.doubtful:
            part.doubtful = False
            self._doubtful -= 1
            self._trust = self._trust + 1 if entries else 1
        if entries:
            part.pages.append(kept)
            part.step, part.ahead = key_step(entries), 0
        self._go_on(part, request, page)
        if part.done and part.guess is not None:
            self._learn(part.read, part.guess)

    def fail(self, part: KeyRange, error: PipelineError) -> None:
        """The rest of a range cannot be read: what comes after it is dropped, what comes before it is read on."""
        self._requests += 1
        part.busy = part.doubtful = False
        if part not in self._ranges:
            return
        del self._ranges[self._ranges.index(part) + 1 :]
        part.done = True
        self._doubtful = sum(kept.doubtful for kept in self._ranges)
        self.error = error

    def _cut_off(self, part: KeyRange) -> KeyRange | None:
        """The later piece of a range; None where cutting is not worth it."""
        wasted = self._requests - self._useful
        if part.step is None or self._doubtful >= self._trust or wasted + self._doubtful + 1 > self._useful * WASTE:
            return None
        pages = max(SHORTEST_CUT, min(LONGEST_CUT, int(self._useful / self._workers)))
        depth = part.step.folder.count("/")
        reach = self._reach[depth]
        cut, as_much_again = (part.step.ahead((part.ahead + n * pages) * reach) for n in (1, 2))
        behind_folder = behind(part.step.folder) if part.step.folder else _END
        if not part.after < (cut or behind_folder) < (part.end or _END):
            return None
        if part.end is not None and part.end < (as_much_again or behind_folder):
            return None
        piece = KeyRange(cut or behind_folder, part.end, part.step, part.ahead + pages, doubtful=True)
        part.end, part.read = piece.after, 0
        part.guess = Guess(pages, reach, depth) if cut else None
        self._doubtful += 1
        return piece

    def _learn(self, read: float, guess: Guess) -> None:
        """Let later guesses reach farther than one that was too near, and less far than one that was too far."""
        if read < guess.pages / 2:
            self._reach[guess.depth] = min(_FARTHEST, max(self._reach[guess.depth], guess.reach * 2))
        elif read > guess.pages * 2:
            self._reach[guess.depth] = max(_NEAREST, min(self._reach[guess.depth], guess.reach / 2))

    def _go_on(self, part: KeyRange, request: PageRequest, page: KeyPage) -> None:
        last = max(page.keys[-1:] + page.common_prefixes[-1:], default=request.start_after)
        part.after = max(request.start_after, behind(last) if last in page.common_prefixes[-1:] else last)
        part.request = None
        if page.truncated:
            folder = request.prefix if request.delimiter else self._folder_at_the_limit(last)
            if folder is not None:
                part.request = PageRequest(part.after, folder, delimiter=True)
        elif request.delimiter and request.prefix != self._prefix:
            # All entries of the folder are known; the keys go on behind it.
            part.after = max(part.after, behind(request.prefix))
        else:
            part.done = True
        part.done = part.done or (part.end is not None and part.after >= part.end)

    def _folder_at_the_limit(self, key: str) -> str | None:
        """The folder whose entries are the deepest that matter, where a key goes deeper; else None."""
        if self._max_depth is None or key.removesuffix("/").count("/") < self._max_depth:
            return None
        above = key.split("/")[: max(self._max_depth - 1, 0)]
        return max("".join(f"{segment}/" for segment in above), self._prefix, key=len)
