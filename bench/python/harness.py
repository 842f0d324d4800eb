# Copyright 2026 the asyncio authors. MIT license.
"""Runs a workload on asyncio's own loop or on uvloop and prints its sample.

    python3 task_switch_bench.py asyncio|uvloop

A sample is one JSON object on one line: the value of each metric.
"""
import asyncio
import json
import sys
import time


def loop_factory():
    """The loop that the command line names; None is asyncio's own."""
    if sys.argv[1] == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    return None


def report(sample):
    """Runs the coroutine function `sample` and prints what it returns."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        print(json.dumps(runner.run(sample())), flush=True)


async def nanoseconds_each(count, workload):
    """Nanoseconds that `workload` takes, divided by `count`."""
    start = time.perf_counter_ns()
    await workload
    return (time.perf_counter_ns() - start) / count
