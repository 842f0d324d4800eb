# Copyright 2026 the asyncio authors. MIT license.
"""The sleep table: 100,000 sleeps of 10 ms shared by more and more workers."""
import asyncio
import time

from harness import report

SLEEPS = 100_000
SLEEP = 0.01


class Requests:
    def __init__(self):
        self.lock = asyncio.Lock()
        self.count = 0

    async def work(self):
        while True:
            async with self.lock:
                if self.count >= SLEEPS:
                    break
                self.count += 1
            await asyncio.sleep(SLEEP)


async def seconds(workers):
    requests = Requests()
    start = time.perf_counter()
    for task in [asyncio.create_task(requests.work()) for _ in range(workers)]:
        await task
    return time.perf_counter() - start


async def sample():
    return {f"workers{n}": await seconds(n) for n in (100, 1000, 10_000, 100_000)}


report(sample)
