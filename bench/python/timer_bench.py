# Copyright 2026 the asyncio authors. MIT license.
"""Timers: 100,000 scheduled at deadlines in no order, then cancelled before they are due."""
import asyncio

from harness import nanoseconds_each, report

TIMERS = 100_000
STRIDE = 7919  # a prime: deadlines jump about, the same way in every implementation
HOUR = 3600


def nothing():
    pass


async def schedule(handles, count):
    call_later = asyncio.get_running_loop().call_later
    for i in range(count):
        handles.append(call_later(HOUR + i * STRIDE % count, nothing))


async def cancel(handles):
    for handle in handles:
        handle.cancel()
    await asyncio.sleep(0)  # the loop may clean up only in its next iteration


async def sample():
    await schedule(warm := [], TIMERS)
    await cancel(warm)
    handles = []
    scheduled = await nanoseconds_each(TIMERS, schedule(handles, TIMERS))
    cancelled = await nanoseconds_each(TIMERS, cancel(handles))
    return {"schedule": scheduled, "cancel": cancelled, "both": scheduled + cancelled}


report(sample)
