"""The steps of one stage, shared out between this process and others while they are done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from threading import RLock
from time import perf_counter

from attrs import define, field

from dermoutcomes import PluginError, Step, StepResult
from dermoutcomes_process_executor.crew import Crew

__all__ = ["SharedWork"]

Worker = Callable[[Step], StepResult]
# Seconds of work that a process is given at a time: much more than handing it over takes, and
# little beside a stage that is worth several processes.
PORTION_S = 0.2
# Portions that a process has before it: one that it does, and one that it can go on with.
AHEAD = 2
# So many steps, or so many seconds of them, tell how long the rest will take.
ENOUGH_STEPS, ENOUGH_S = 4, 1.0


@define(eq=False)
class SharedWork:
    """Steps in their order: each is done here or in a process of the crew, whoever is free first.

    This process begins alone. By the time that its steps take it knows what the rest will, and
    has others take part where that pays; it goes on itself meanwhile, and until nothing is left.
    """

    worker: Worker
    steps: Sequence[Step]
    crew: Crew
    done: dict[int, StepResult] = field(factory=dict, init=False)
    elsewhere: dict[int, tuple[Future[list[StepResult]], int]] = field(factory=dict, init=False)
    to_do: deque[int] = field(factory=deque, init=False)
    times: list[float] = field(factory=list, init=False)
    portion: int = field(default=1, init=False)
    lock: RLock = field(factory=RLock, init=False)
    ended: bool = field(default=False, init=False)

    def results(self) -> Iterator[StepResult]:
        """The result of each step, in the order of the steps."""
        self.to_do.extend(range(len(self.steps)))
        if self.crew.works_elsewhere and self.steps:
            self.portion = max(1, len(self.steps) // (4 * self.crew.others))
            self._hand_out()
        try:
            for position in range(len(self.steps)):
                while position not in self.done and position not in self.elsewhere:
                    self._go_on()
                yield self._result(position)
        except BrokenProcessPool as error:
            raise PluginError(
                "a process of the executor 'processes' ended while it worked: it was killed, or "
                "the memory did not do; run again with fewer --workers"
            ) from error
        finally:
            self.ended = True
            for future, _ in self.elsewhere.values():
                future.cancel()

    def _result(self, position: int) -> StepResult:
        """The result of a step; while another process is at it, this one does what comes next."""
        if position in self.done:
            return self.done.pop(position)
        future, start = self.elsewhere[position]
        while not future.done() and not self.crew.works_elsewhere and self._do_next():
            pass
        result = future.result()[position - start]
        del self.elsewhere[position]
        return result

    def _go_on(self) -> None:
        """Have the next step done: here, or where every step is done elsewhere, there."""
        if self.crew.works_elsewhere:
            self._hand_out()
        else:
            self._do_next()

    def _do_next(self) -> bool:
        """Do a step in this process, if one is left, and see whether others shall take part."""
        with self.lock:
            if not self.to_do:
                return False
            position = self.to_do.popleft()
        begin = perf_counter()
        self.done[position] = self.worker(self.steps[position])
        self.times.append(perf_counter() - begin)
        if len(self.times) >= ENOUGH_STEPS or sum(self.times) >= ENOUGH_S:
            typical = self._typical_time()
            if self.crew.pays(typical * len(self.to_do)):
                self.portion = max(1, int(PORTION_S / max(typical, 1e-6)))
                self._hand_out()
        return True

    def _typical_time(self) -> float:
        """Seconds of a step, by those that were done here.

        The first of a stage imports what all need, and the longest may import something too.
        """
        others = sorted(self.times[1:]) or self.times
        kept = others[:-1] if len(others) > 2 else others
        return sum(kept) / len(kept)

    def _hand_out(self) -> None:
        """Give every process of the pool what it can do next, up to its portions."""
        pool = self.crew.start()
        with self.lock:
            at_work = {future for future, _ in self.elsewhere.values() if not future.done()}
            for _ in range(AHEAD * self.crew.others - len(at_work)):
                if self.ended or not self.to_do:
                    return
                size = min(self.portion, len(self.to_do))
                positions = [self.to_do.popleft() for _ in range(size)]
                try:
                    future = pool.submit(_do, self.worker, [self.steps[at] for at in positions])
                except RuntimeError:
                    # The pool broke or ends: whose turn it is finds the steps where they were.
                    self.to_do.extendleft(reversed(positions))
                    raise
                self.elsewhere.update((position, (future, positions[0])) for position in positions)
                # Whoever is done takes the next portion, also while this process is at a step.
                future.add_done_callback(self._hand_out_after)

    def _hand_out_after(self, future: Future[list[StepResult]]) -> None:
        if not future.cancelled() and future.exception() is None:
            # Of a pool that broke meanwhile those say so who wait for a result.
            with suppress(RuntimeError):
                self._hand_out()


def _do(worker: Worker, steps: Sequence[Step]) -> list[StepResult]:
    """What another process is asked to do."""
    return [worker(step) for step in steps]
