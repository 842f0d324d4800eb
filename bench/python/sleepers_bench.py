# Copyright 2026 the asyncio authors. MIT license.
"""A million sleepers: tasks that are all asleep at once."""
import asyncio
import resource
import sys
import time

from harness import report

SLEEPERS = 1_000_000
SLEEP = 10


async def sleeper():
    await asyncio.sleep(SLEEP)


async def sample():
    start = time.perf_counter()
    for task in [asyncio.create_task(sleeper()) for _ in range(SLEEPERS)]:
        await task
    beyond = time.perf_counter() - start - SLEEP
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"beyond": beyond, "peak": peak / 1e6}


report(sample)
