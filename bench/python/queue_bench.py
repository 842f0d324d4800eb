# Copyright 2026 the asyncio authors. MIT license.
"""Queue handoff: one producer, one consumer."""
import asyncio

from harness import nanoseconds_each, report

ITEMS = 200_000


async def produce(queue, count):
    for i in range(count):
        await queue.put(i)


async def consume(queue, count):
    for _ in range(count):
        await queue.get()


async def hand_over(maxsize, count):
    queue = asyncio.Queue(maxsize)
    await asyncio.gather(produce(queue, count), consume(queue, count))


async def sample():
    result = {}
    for metric, maxsize in {"maxsize1": 1, "maxsize100": 100, "unbounded": 0}.items():
        await hand_over(maxsize, ITEMS)
        result[metric] = await nanoseconds_each(ITEMS, hand_over(maxsize, ITEMS))
    return result


report(sample)
