# Copyright 2026 the asyncio authors. MIT license.
"""Contended locks: every release hands the lock, or a place at the semaphore, to a waiting task."""
import asyncio

from harness import nanoseconds_each, report


async def contend(lock, count):
    for _ in range(count):
        async with lock:
            await asyncio.sleep(0)


async def take(lock, count):
    for _ in range(count):
        await lock.acquire()
        try:
            await asyncio.sleep(0)
        finally:
            lock.release()


async def hand_over(make, start, tasks, count):
    async def all():
        lock = make()
        await asyncio.gather(*(start(lock, count) for _ in range(tasks)))

    await all()
    return await nanoseconds_each(tasks * count, all())


async def sample():
    return {
        "handoff": await hand_over(asyncio.Lock, contend, 10, 20_000),
        "acquire": await hand_over(asyncio.Lock, take, 100, 2_000),
        "semaphore": await hand_over(lambda: asyncio.Semaphore(10), take, 100, 2_000),
    }


report(sample)
