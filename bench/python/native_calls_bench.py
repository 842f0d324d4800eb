# Copyright 2026 the asyncio authors. MIT license.
"""What the calls of native_calls_bench.ts cost in CPython. Prints a sample."""
import json
import selectors
import socket
import time

CALLS = 100_000
ROUNDS = 5


def nanoseconds(call):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        for _ in range(CALLS):
            call()
        best = min(best, time.perf_counter_ns() - start)
    return best / CALLS


left, right = socket.socketpair()
left.setblocking(False)
right.setblocking(False)
small, large, buffer = bytes(64), bytes(16384), bytearray(16384)


def exchange_into():
    left.send(small)
    right.recv_into(buffer)


def exchange():
    left.send(small)
    right.recv(4096)


def exchange_large():
    left.send(large)
    right.recv_into(buffer)


def would_block():
    try:
        right.recv(4096)
    except BlockingIOError:
        pass


sample = {
    "exchangeInto": nanoseconds(exchange_into),
    "exchange": nanoseconds(exchange),
    "exchangeLarge": nanoseconds(exchange_large),
    "wouldBlock": nanoseconds(would_block),
}
selector = selectors.EpollSelector()
selector.register(right, selectors.EVENT_READ)


def registering():
    selector.unregister(right)
    selector.register(right, selectors.EVENT_READ)


sample["pollNothing"] = nanoseconds(lambda: selector.select(0))
sample["registering"] = nanoseconds(registering)
left.send(small)
sample["pollOne"] = nanoseconds(lambda: selector.select(0))
print(json.dumps(sample))
