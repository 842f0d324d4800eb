#!/usr/bin/env python3
# Copyright 2026 the asyncio authors. MIT license.
"""Generates random asyncio programs and CPython's own trace of each.

    python3 generate.py SEED COUNT > cases.jsonl

Each line is {"seed", "program", "trace"}. A program is plain data
(program.ts lists its operations); reference.py runs it on CPython's asyncio under an autojumping virtual clock and
records every step. Another implementation must produce the same trace, line for line.
"""
import json
import logging
import random
import sys
import warnings

import reference

TIMES = [0, 0, 0, 0.125, 0.25, 0.25, 0.5, 1, 2]
WAITING = {"event_wait", "put", "get", "join", "acquire", "sem_acquire", "barrier_wait", "future_await", "condition_wait"}
ERRORS = ["ValueError", "KeyError", "RuntimeError"]


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        r = self.r
        self.shape = {
            "locks": 2,
            "semaphores": [r.randint(1, 3), r.randint(1, 2)],
            "events": 2,
            "conditions": 1,
            "queues": [
                {"kind": r.choice(["Queue", "LifoQueue", "PriorityQueue"]), "maxsize": r.choice([0, 1, 1, 2, 3])}
                for _ in range(2)
            ],
            "barriers": [r.randint(1, 3)],
            "futures": 2,
        }
        self.nfuncs = r.randint(2, 5)
        self.vars = 4

    def program(self):
        funcs = [self.block(depth=0, size=self.r.randint(2, 7), func=i) for i in range(self.nfuncs)]
        main = [["spawn", self.callee(-1), self.r.randrange(self.vars)] for _ in range(self.r.randint(1, 4))]
        main += self.block(depth=0, size=self.r.randint(4, 14), func=-1)
        return {**self.shape, "functions": funcs, "main": main}

    def block(self, depth, size, func):
        return [self.guarded(depth, func) for _ in range(size)]

    def guarded(self, depth, func):
        """An operation; one that might wait for ever is mostly given a timeout, so that programs get on."""
        op = self.op(depth, func)
        if op[0] in WAITING and self.r.random() < (0.8 if func < 0 else 0.5):
            return ["timeout", self.r.choice(TIMES), [op]]
        return op

    def callee(self, func):
        # Functions call only later ones, so that programs end.
        later = list(range(func + 1, self.nfuncs))
        return self.r.choice(later) if later else None

    def op(self, depth, func):
        r = self.r
        simple = [
            lambda: ["sleep", r.choice(TIMES)],
            lambda: ["sleep", r.choice(TIMES)],
            lambda: ["log"],
            lambda: ["event_set", r.randrange(2)],
            lambda: ["event_clear", r.randrange(2)],
            lambda: ["event_wait", r.randrange(2)],
            lambda: ["put", r.randrange(2), r.randrange(10)],
            lambda: ["get", r.randrange(2)],
            lambda: ["put_nowait", r.randrange(2), r.randrange(10)],
            lambda: ["get_nowait", r.randrange(2)],
            lambda: ["task_done", r.randrange(2)],
            lambda: ["join", r.randrange(2)],
            lambda: ["acquire", r.randrange(2)],
            lambda: ["release", r.randrange(2)],
            lambda: ["sem_acquire", r.randrange(2)],
            lambda: ["sem_release", r.randrange(2)],
            lambda: ["barrier_wait", 0],
            lambda: ["future_set", r.randrange(2), r.randrange(10)],
            lambda: ["future_fail", r.randrange(2), r.choice(ERRORS)],
            lambda: ["future_await", r.randrange(2)],
            lambda: ["future_callback", r.randrange(2)],
            lambda: ["call_soon"],
            lambda: ["call_later", r.choice(TIMES)],
            lambda: ["cancel", r.randrange(self.vars)],
            lambda: ["cancel", r.randrange(self.vars)],
            lambda: ["await_task", r.randrange(self.vars)],
            lambda: ["shield", r.randrange(self.vars)],
            lambda: ["wait_for_task", r.randrange(self.vars), r.choice(TIMES)],
            lambda: ["wait", [r.randrange(self.vars) for _ in range(r.randint(1, 3))], r.choice([None, *TIMES]),
                     r.choice(["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"])],
            lambda: ["status", r.randrange(self.vars)],
            lambda: ["cancelling"],
        ]
        rare = [
            lambda: ["raise", r.choice(ERRORS)],
            lambda: ["return", r.randrange(10)],
            lambda: ["uncancel"],
            lambda: ["shutdown", r.randrange(2), r.random() < 0.5],
            lambda: ["barrier_abort", 0],
            lambda: ["barrier_reset", 0],
            lambda: ["future_cancel", r.randrange(2)],
        ]
        nested = [
            lambda: ["try", self.block(depth + 1, r.randint(1, 3), func), self.block(depth + 1, r.randint(0, 2), func),
                     self.block(depth + 1, r.randint(0, 2), func)],
            lambda: ["lock", r.randrange(2), self.block(depth + 1, r.randint(1, 3), func)],
            lambda: ["semaphore", r.randrange(2), self.block(depth + 1, r.randint(1, 3), func)],
            lambda: ["condition_wait", 0],
            lambda: ["condition_notify", 0, r.randint(1, 2)],
            lambda: ["timeout", r.choice([None, *TIMES]), self.block(depth + 1, r.randint(1, 3), func)],
        ]
        callee = self.callee(func)
        calls = []
        if callee is not None:
            many = lambda: [self.callee(func) for _ in range(r.randint(1, 3))]
            calls = [
                lambda: ["spawn", self.callee(func), r.randrange(self.vars)],
                lambda: ["spawn", self.callee(func), r.randrange(self.vars)],
                lambda: ["spawn", self.callee(func), r.randrange(self.vars)],
                lambda: ["call", self.callee(func)],
                lambda: ["gather", many(), r.random() < 0.4],
                lambda: ["wait_for", self.callee(func), r.choice([None, *TIMES])],
                lambda: ["as_completed", many(), r.choice([None, *TIMES])],
                lambda: ["group", many(), self.block(depth + 1, r.randint(0, 2), func)],
            ]
        x = r.random()
        if func >= 0 and x < 0.02:
            return ["cancel_self"]
        if x < 0.06:
            return r.choice(rare)()
        if x < 0.2 and depth < 3:
            return r.choice(nested)()
        if calls and x < 0.45:
            return r.choice(calls)()
        return r.choice(simple)()


def main():
    # A program may end while some of its tasks still wait: CPython complains of each.
    warnings.simplefilter("ignore")
    logging.disable()
    sys.unraisablehook = lambda unraisable: None
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    for i in range(seed, seed + count):
        program = Generator(i).program()
        trace = reference.run(program)
        print(json.dumps({"seed": i, "program": program, "trace": trace}, separators=(",", ":")))


if __name__ == "__main__":
    main()
