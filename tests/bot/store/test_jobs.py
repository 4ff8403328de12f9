"""The queue, by example and as a state machine: its invariants hold whatever happens, in any order."""

import itertools
import json
import sqlite3
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from bot.services import Refusal, queue_order
from bot.services.training import MOST_WAITING, check_queue
from bot.store import artists, jobs
from bot.store.job_records import Job, JobState, NewJob, TrainingOutcome, TrainingProgress
from bot.store.migrating import migrate
from tests.bot.samples import Clock

GUILD = 7
LEASE = timedelta(seconds=30)
PROGRESS = TrainingProgress(10, 100, 0.1, 1.0, None, 10.0, 3.0, None, None, 2.5)
OUTCOME = TrainingOutcome(1, True, 2.0, None, 2.5, 100, 10.0)


def enqueue(connection: sqlite3.Connection, clock: Clock, name: str = "burns", guild_id: int = GUILD) -> Job:
    artist = artists.find_or_create(connection, guild_id, name, clock())
    return jobs.enqueue(connection, NewJob(artist.id, guild_id, 1, 2, 5.0, 42), clock())


def claim(connection: sqlite3.Connection, clock: Clock, lease: str = "lease") -> Job | None:
    job_id = queue_order.next_job(connection)
    return None if job_id is None else jobs.claim(connection, job_id, lease, clock() + LEASE, clock())


def state(connection: sqlite3.Connection, job: Job) -> JobState:
    found = jobs.by_id(connection, job.id)
    assert found is not None
    return found.state


def test_a_jobs_whole_life(connection: sqlite3.Connection, clock: Clock) -> None:
    queued = enqueue(connection, clock)
    assert (queued.state, queued.artist, queued.of_everyone) == (JobState.QUEUED, "burns", False)
    assert queue_order.with_place(connection, queued).place == 1
    clock.move(seconds=5)
    running = claim(connection, clock)
    assert running is not None
    assert (running.id, running.state, running.place, running.started_at) == (queued.id, "running", None, clock())
    assert claim(connection, clock, "another") is None
    assert jobs.renew(connection, queued.id, "lease", clock() + LEASE, PROGRESS)
    found = jobs.by_id(connection, queued.id)
    assert found is not None
    assert found.progress == PROGRESS
    assert jobs.succeed(connection, queued.id, "lease", OUTCOME, clock())
    found = jobs.by_id(connection, queued.id)
    assert found is not None
    assert (found.state, found.progress, found.outcome, found.ended_at) == ("succeeded", None, OUTCOME, clock())
    assert not jobs.cancel(connection, queued.id, clock())


def test_an_artist_has_one_live_job(connection: sqlite3.Connection, clock: Clock) -> None:
    job = enqueue(connection, clock)
    with pytest.raises(sqlite3.IntegrityError):
        enqueue(connection, clock)
    jobs.cancel(connection, job.id, clock())
    assert enqueue(connection, clock).id != job.id


def test_who_has_lost_the_lease_changes_nothing(connection: sqlite3.Connection, clock: Clock) -> None:
    job = enqueue(connection, clock)
    claim(connection, clock)
    jobs.cancel(connection, job.id, clock())
    assert not jobs.renew(connection, job.id, "lease", clock() + LEASE, PROGRESS)
    assert not jobs.succeed(connection, job.id, "lease", OUTCOME, clock())
    assert not jobs.fail(connection, job.id, "lease", "reason", clock())
    assert not jobs.hand_back(connection, job.id, "lease")
    assert jobs.count_attempt(connection, job.id, "lease") is None
    assert state(connection, job) is JobState.CANCELLED


def test_a_lease_that_ran_out_frees_the_job_without_an_attempt(connection: sqlite3.Connection, clock: Clock) -> None:
    job = enqueue(connection, clock)
    claim(connection, clock)
    clock.move(seconds=29)
    assert jobs.release(connection, expired_by=clock()) == 0
    clock.move(seconds=2)
    assert jobs.release(connection, expired_by=clock()) == 1
    again = claim(connection, clock, "second")
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 0)
    assert not jobs.renew(connection, job.id, "lease", clock() + LEASE, None)


def test_an_interrupted_job_goes_first(connection: sqlite3.Connection, clock: Clock) -> None:
    first = enqueue(connection, clock, "a")
    claim(connection, clock)
    enqueue(connection, clock, "b", guild_id=8)
    assert jobs.release(connection) == 1
    again = claim(connection, clock)
    assert again is not None
    assert again.id == first.id


def test_lists(connection: sqlite3.Connection, clock: Clock) -> None:
    done, running, waiting, elsewhere = (
        enqueue(connection, clock, "a"),
        enqueue(connection, clock, "b"),
        enqueue(connection, clock, "c"),
        enqueue(connection, clock, "d", guild_id=8),
    )
    claim(connection, clock)
    jobs.fail(connection, done.id, "lease", "reason", clock())
    jobs.cancel(connection, elsewhere.id, clock())
    claim(connection, clock)
    assert [job.id for job in queue_order.live(connection, GUILD)] == [running.id, waiting.id]
    assert [job.id for job in jobs.ended(connection, GUILD, 10)] == [done.id]
    assert [job.id for job in jobs.ended(connection, None, 10)] == [elsewhere.id, done.id]
    assert [job.id for job in jobs.unannounced(connection)] == [done.id, running.id, waiting.id, elsewhere.id]
    jobs.announced(connection, done.id, clock())
    assert done.id not in [job.id for job in jobs.unannounced(connection)]
    assert jobs.count_waiting(connection, GUILD) == 1
    assert jobs.forget_asker(connection, 1) == 4
    assert jobs.of_person(connection, 1) == []


def test_what_another_version_has_stored_is_read(connection: sqlite3.Connection, clock: Clock) -> None:
    job = enqueue(connection, clock)
    claim(connection, clock)
    progress = json.loads(PROGRESS.to_json()) | {"mood": "bright"}
    connection.execute("UPDATE jobs SET progress = ?", (json.dumps(progress),))
    found = jobs.by_id(connection, job.id)
    assert found is not None
    assert found.progress == PROGRESS
    jobs.succeed(connection, job.id, "lease", OUTCOME, clock())
    outcome = json.loads(OUTCOME.to_json()) | {"mood": "bright", "held_back": "for its mood"}
    del outcome["taste"]
    connection.execute("UPDATE jobs SET outcome = ?", (json.dumps(outcome),))
    found = jobs.by_id(connection, job.id)
    assert found is not None
    assert found.outcome == OUTCOME


@pytest.mark.parametrize("stored", ["", "[]", "{}", "null", '{"version": "two"}', '{"version": NaN}', "[" * 99_999])
def test_an_unreadable_outcome_is_none(connection: sqlite3.Connection, clock: Clock, stored: str) -> None:
    job = enqueue(connection, clock)
    claim(connection, clock)
    jobs.succeed(connection, job.id, "lease", OUTCOME, clock())
    connection.execute("UPDATE jobs SET outcome = ?, progress = ?", (stored, stored))
    found = jobs.by_id(connection, job.id)
    assert found is not None
    assert found.outcome is None
    assert found.progress is None


def test_a_row_that_cannot_be_read_fails_and_no_other(connection: sqlite3.Connection, clock: Clock) -> None:
    bad, good = enqueue(connection, clock, "a"), enqueue(connection, clock, "b")
    connection.execute("UPDATE jobs SET queued_at = 'yesterday' WHERE id = ?", (bad.id,))
    assert [job.id for job in queue_order.live(connection, None)] == [good.id]
    assert jobs.fail_unreadable(connection, clock()) == [bad.id]
    assert jobs.fail_unreadable(connection, clock()) == []
    assert state(connection, bad) is JobState.FAILED
    claimed = claim(connection, clock)
    assert claimed is not None
    assert claimed.id == good.id


class Queue(RuleBasedStateMachine):
    """Members enqueue and cancel; runners claim, report, finish, die and come back; in any order."""

    live: Any = Bundle("live")
    claims: Any = Bundle("claims")

    @initialize()
    def begin(self) -> None:
        self.clock = Clock()
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA foreign_keys = ON")
        migrate(self.connection)
        self.leases = 0
        self.ends: dict[int, JobState] = {}
        self.successes: dict[int, int] = {}
        self.begun: set[int] = set()

    def teardown(self) -> None:
        self.connection.close()

    @rule(target=live, guild=st.integers(1, 3), name=st.sampled_from("abcdefg"))
    def enqueue(self, guild: int, name: str) -> Any:
        artist = artists.find_or_create(self.connection, guild, name, self.clock())
        if jobs.live_of_artist(self.connection, artist.id) is not None:
            with pytest.raises(sqlite3.IntegrityError):
                jobs.enqueue(self.connection, NewJob(artist.id, guild, 1, 2, 5.0, 0), self.clock())
            return multiple()
        if jobs.count_waiting(self.connection, guild) >= MOST_WAITING:
            with pytest.raises(Refusal, match="already waiting"):
                check_queue(self.connection, artist, guild)
            return multiple()
        check_queue(self.connection, artist, guild)
        return jobs.enqueue(self.connection, NewJob(artist.id, guild, 1, 2, 5.0, 0), self.clock()).id

    @rule(target=live, guild=st.integers(1, 3))
    def fill(self, guild: int) -> Any:
        """Ask for more training jobs than may wait."""
        queued = []
        names = map("further {}".format, itertools.count())
        while jobs.count_waiting(self.connection, guild) < MOST_WAITING:
            artist = artists.find_or_create(self.connection, guild, next(names), self.clock())
            if jobs.live_of_artist(self.connection, artist.id) is None:
                check_queue(self.connection, artist, guild)
                queued.append(jobs.enqueue(self.connection, NewJob(artist.id, guild, 1, 2, 5.0, 0), self.clock()).id)
        with pytest.raises(Refusal, match="already waiting"):
            check_queue(self.connection, artists.find_or_create(self.connection, guild, "z", self.clock()), guild)
        return multiple(*queued)

    @rule(target=claims)
    def claim(self) -> Any:
        waiting = [job for job in queue_order.live(self.connection, None) if job.state is JobState.QUEUED]
        self.leases += 1
        lease = f"lease {self.leases}"
        last_turn = self.last_turn()
        job = claim(self.connection, self.clock, lease)
        if job is None:
            assert waiting == []
            return multiple()
        assert job.id == waiting[0].id  # the one that was shown as the next
        if job.id not in self.begun:
            assert not self.begun & {other.id for other in waiting}  # interrupted jobs go first
            assert last_turn[job.guild_id] == min(last_turn[other.guild_id] for other in waiting)
        self.begun.add(job.id)
        return job.id, lease

    @rule(claim=claims)
    def report(self, claim: tuple[int, str]) -> None:
        held = self.holds(claim)
        assert jobs.renew(self.connection, *claim, self.clock() + LEASE, PROGRESS) == held

    @rule(claim=consumes(claims))
    def succeed(self, claim: tuple[int, str]) -> None:
        held = self.holds(claim)
        assert jobs.succeed(self.connection, *claim, OUTCOME, self.clock()) == held
        if held:
            self.successes[claim[0]] = self.successes.get(claim[0], 0) + 1

    @rule(claim=consumes(claims))
    def worker_dies(self, claim: tuple[int, str]) -> None:
        held = self.holds(claim)
        attempts = jobs.count_attempt(self.connection, *claim)
        assert (attempts is not None) == held
        if attempts is not None and attempts >= 3:
            assert jobs.fail(self.connection, *claim, "It died.", self.clock())
        else:
            assert jobs.hand_back(self.connection, *claim) is held

    @rule(claim=consumes(claims))
    def bot_stops(self, claim: tuple[int, str]) -> None:
        held = self.holds(claim)
        assert jobs.hand_back(self.connection, *claim) is held

    @rule()
    def bot_is_killed_and_starts(self) -> None:
        running = [job for job in queue_order.live(self.connection, None) if job.state is JobState.RUNNING]
        assert jobs.release(self.connection) == len(running)

    @rule(seconds=st.sampled_from([1, 31]))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(seconds=seconds)
        jobs.release(self.connection, expired_by=self.clock())

    @rule(job_id=live)
    def cancel(self, job_id: int) -> None:
        before = jobs.by_id(self.connection, job_id)
        if before is not None:
            assert jobs.cancel(self.connection, job_id, self.clock()) == (not before.state.has_ended)

    @rule(guild=st.integers(1, 3), name=st.sampled_from("abcdefg"))
    def forget(self, guild: int, name: str) -> None:
        artist = artists.find(self.connection, guild, name)
        if artist is not None:
            artists.forget(self.connection, artist.id)

    def last_turn(self) -> Counter[int | None]:
        """Return when each guild had its last turn; 0 if it never had one."""
        rows = self.connection.execute("SELECT guild_id, coalesce(max(turn), 0) FROM jobs GROUP BY guild_id")
        return Counter(dict(map(tuple, rows)))

    def holds(self, claim: tuple[int, str]) -> bool:
        row = self.connection.execute("SELECT lease FROM jobs WHERE id = ?", (claim[0],)).fetchone()
        return row is not None and row["lease"] == claim[1]

    @invariant()
    def ends_are_final_and_success_comes_once(self) -> None:
        for job in jobs.ended(self.connection, None, 1000):
            assert self.ends.setdefault(job.id, job.state) is job.state
            assert (job.outcome is not None) == (job.state is JobState.SUCCEEDED)
            assert (job.reason is not None) == (job.state is JobState.FAILED)
            assert job.attempts <= 3
            assert job.progress is None
            assert job.place is None
        assert all(count == 1 for count in self.successes.values())

    @invariant()
    def no_guild_has_more_than_five_that_never_began(self) -> None:
        waiting = [job for job in queue_order.live(self.connection, None) if job.id not in self.begun]
        assert max(Counter(job.guild_id for job in waiting).values(), default=0) <= MOST_WAITING

    @invariant()
    def live_jobs_are_one_an_artist_and_places_have_no_gap(self) -> None:
        live = queue_order.live(self.connection, None)
        assert len({job.artist_id for job in live}) == len(live)
        assert not {job.id for job in live} & set(self.ends)
        assert [job.place for job in live if job.state is JobState.QUEUED] == list(
            range(1, 1 + sum(job.state is JobState.QUEUED for job in live))
        )
        assert all(job.attempts < 3 or job.state is JobState.RUNNING for job in live)


Queue.TestCase.settings = settings(max_examples=200, stateful_step_count=40)
TestQueue = Queue.TestCase
