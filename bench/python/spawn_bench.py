# Copyright 2026 the asyncio authors. MIT license.
"""Spawn and gather: tasks that end at once, 1,000 gathered at a time."""
import asyncio

from harness import nanoseconds_each, report

TASKS = 1000
ROUNDS = 100


async def work(value):
    return value


async def spawn(rounds):
    for _ in range(rounds):
        await asyncio.gather(*(work(i) for i in range(TASKS)))


async def sample():
    await spawn(ROUNDS)
    return {"spawn": await nanoseconds_each(TASKS * ROUNDS, spawn(ROUNDS))}


report(sample)
