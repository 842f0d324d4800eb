# Copyright 2026 the asyncio authors. MIT license.
"""Task switch: 100 tasks that do nothing but let the others run."""
import asyncio

from harness import nanoseconds_each, report

TASKS = 100
SWITCHES = 10_000


async def switcher(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def switch(count):
    await asyncio.gather(*(switcher(count) for _ in range(TASKS)))


async def sample():
    await switch(SWITCHES)
    return {"switch": await nanoseconds_each(TASKS * SWITCHES, switch(SWITCHES))}


report(sample)
