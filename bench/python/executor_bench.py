# Copyright 2026 the asyncio authors. MIT license.
"""Calls in threads and processes: trivial ones, and two that compute, beside one."""
import asyncio
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from harness import nanoseconds_each, report

CALLS = 1000
ROUNDS = 10
WORKERS = 2


def identity(n):
    return n


def compute(n):
    total = 0
    for i in range(n):
        total = (total + i * i) % 1_000_003
    return total


async def each(pool, count):
    loop = asyncio.get_running_loop()
    for i in range(count):
        await loop.run_in_executor(pool, identity, i)


async def many(pool, count):
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(pool, identity, i) for i in range(count)))


async def least(rounds, measure):
    """The least of what is measured in several rounds."""
    return min([await measure() for _ in range(rounds)])


async def trivial(pool):
    for _ in range(ROUNDS):
        await each(pool, CALLS)
        await many(pool, CALLS)
    return (
        await least(ROUNDS, lambda: nanoseconds_each(CALLS, each(pool, CALLS))) / 1000,
        await least(ROUNDS, lambda: nanoseconds_each(CALLS, many(pool, CALLS))) / 1000,
    )


async def two_beside_one(pool):
    loop = asyncio.get_running_loop()

    async def calls(count):
        await asyncio.gather(
            *(loop.run_in_executor(pool, compute, 2_000_000) for _ in range(count))
        )

    await calls(2)
    one = await least(3, lambda: nanoseconds_each(1, calls(1)))
    return await least(3, lambda: nanoseconds_each(1, calls(2))) / one


async def sample():
    with ThreadPoolExecutor(WORKERS) as pool:
        thread_each, thread_many = await trivial(pool)
    with ProcessPoolExecutor(WORKERS) as pool:
        process_each, process_many = await trivial(pool)
        two = await two_beside_one(pool)
    return {
        "threadEach": thread_each,
        "threadMany": thread_many,
        "processEach": process_each,
        "processMany": process_many,
        "two": two,
    }


if __name__ == "__main__":
    report(sample)
