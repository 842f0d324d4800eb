# Copyright 2026 the asyncio authors. MIT license.
"""Task switch: 100 tasks, or 10,000, that do nothing but let the others run."""
import asyncio

from harness import nanoseconds_each, report

# How many tasks, and how often each lets the others run.
SIZES = {"switch": (100, 10_000), "switchMany": (10_000, 100)}


async def switcher(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def switch(tasks, switches):
    await asyncio.gather(*(switcher(switches) for _ in range(tasks)))


async def sample():
    result = {}
    for metric, (tasks, switches) in SIZES.items():
        await switch(tasks, switches)
        result[metric] = await nanoseconds_each(tasks * switches, switch(tasks, switches))
    return result


report(sample)
