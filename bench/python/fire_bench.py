# Copyright 2026 the asyncio authors. MIT license.
"""Timers that fire: 100,000 of them, due one after the other over a second."""
import asyncio
import time

from harness import report

TIMERS = 100_000
SPAN = 1  # seconds from the first to the last


async def fire(count, span):
    loop = asyncio.get_running_loop()
    fired = 0

    def note():
        nonlocal fired
        fired += 1

    for i in range(count):
        loop.call_later(i / count * span, note)
    while fired < count:
        await asyncio.sleep(span / 10)


async def sample():
    await fire(TIMERS // 10, SPAN / 10)
    before = time.process_time()
    await fire(TIMERS, SPAN)
    return {"cpu": (time.process_time() - before) * 1000}


report(sample)
