# Copyright 2026 the asyncio authors. MIT license.
"""Contended lock: every release hands the lock to a waiting task."""
import asyncio

from harness import nanoseconds_each, report

TASKS = 10
HANDOFFS = 20_000


async def contend(lock, count):
    for _ in range(count):
        async with lock:
            await asyncio.sleep(0)


async def hand_over(count):
    lock = asyncio.Lock()
    await asyncio.gather(*(contend(lock, count) for _ in range(TASKS)))


async def sample():
    await hand_over(HANDOFFS)
    return {"handoff": await nanoseconds_each(TASKS * HANDOFFS, hand_over(HANDOFFS))}


report(sample)
