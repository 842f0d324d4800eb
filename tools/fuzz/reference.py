# Copyright 2026 the asyncio authors. MIT license.
"""Runs one generated program on CPython's asyncio, on an autojumping virtual clock.

Every operation logs "<time> <task> <operation> <outcome>"; the list of lines is the trace.
"""
import asyncio

HORIZON = 1000  # virtual seconds after which the whole program is cancelled


class Deadlock(RuntimeError):
    pass


class VirtualSelector:
    """Never waits: adds the time it was asked to wait to the loop's clock."""

    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout=None):
        if timeout is None:
            raise Deadlock("nothing is ready and no timer is set")
        if timeout > 0:
            self.loop.now += timeout
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """CPython's own loop, with the selector and the clock replaced: it needs no sockets, so it runs anywhere."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self._selector = VirtualSelector(self)
        self._clock_resolution = 1e-9

    def time(self):
        return self.now

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class OrderedSet(dict):
    """TaskGroup keeps its tasks in a set, whose order is an accident; here it is the order of creation."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


class TaskGroup(asyncio.TaskGroup):
    def __init__(self):
        super().__init__()
        self._tasks = OrderedSet()


def describe(error):
    if isinstance(error, BaseExceptionGroup):
        return "ExceptionGroup[" + ",".join(describe(e) for e in error.exceptions) + "]"
    return type(error).__name__


class Interpreter:
    def __init__(self, program, loop):
        self.p = program
        self.loop = loop
        self.trace = []
        self.tasks = {}
        self.names = 0
        self.timers = 0
        self.recording = True

    def setup(self):
        p = self.p
        self.locks = [asyncio.Lock() for _ in range(p["locks"])]
        self.sems = [asyncio.Semaphore(n) for n in p["semaphores"]]
        self.events = [asyncio.Event() for _ in range(p["events"])]
        self.conds = [asyncio.Condition() for _ in range(p["conditions"])]
        self.queues = [getattr(asyncio, q["kind"])(q["maxsize"]) for q in p["queues"]]
        self.barriers = [asyncio.Barrier(n) for n in p["barriers"]]
        self.futures = [self.loop.create_future() for _ in range(p["futures"])]

    def log(self, what, outcome=""):
        if not self.recording:
            return
        task = asyncio.current_task()
        name = task.get_name() if task else "-"
        self.trace.append(f"{self.loop.time():g} {name} {what} {outcome}".rstrip())

    def plain(self, what):
        if self.recording:
            self.trace.append(f"{self.loop.time():g} - {what}")

    def spawn(self, i):
        self.names += 1
        return asyncio.create_task(self.function(i), name=f"t{self.names}")

    async def function(self, i):
        return await self.block(self.p["functions"][i])

    async def block(self, ops):
        for op in ops:
            if not self.recording:  # the program is over: an abandoned coroutine is being closed
                return None
            result = await self.op(op)
            if result is not None:
                return result
        return None

    async def op(self, op):
        kind, *args = op
        self.log(kind, "begin")
        try:
            result = await getattr(self, "op_" + kind)(*args)
        except GeneratorExit:
            raise
        except BaseException as error:
            self.log(kind, "raised " + describe(error))
            if isinstance(error, asyncio.CancelledError):
                raise
            if kind in ("raise", "group", "call", "lock", "semaphore", "timeout", "try"):
                raise
            return None
        self.log(kind, "ended" if result is None else f"ended {result}")
        if kind in ("return", "try", "lock", "semaphore", "timeout", "group") and result is not None:
            return result
        return None

    # -- plain ---------------------------------------------------------
    async def op_log(self):
        pass

    async def op_sleep(self, t):
        await asyncio.sleep(t)

    async def op_raise(self, name):
        raise {"ValueError": ValueError, "KeyError": KeyError, "RuntimeError": RuntimeError}[name]("x")

    async def op_return(self, v):
        return v

    async def op_call_soon(self):
        self.timers += 1
        self.loop.call_soon(self.plain, f"soon{self.timers}")

    async def op_call_later(self, t):
        self.timers += 1
        self.loop.call_later(t, self.plain, f"later{self.timers}")

    # -- tasks ---------------------------------------------------------
    async def op_spawn(self, i, var):
        self.tasks[var] = self.spawn(i)

    async def op_call(self, i):
        self.log("call", f"value {await self.function(i)}")

    async def op_cancel(self, var):
        task = self.tasks.get(var)
        if task is not None and task is not asyncio.current_task():
            self.log("cancel", f"{task.get_name()} {task.cancel()}")

    async def op_cancel_self(self):
        asyncio.current_task().cancel()

    async def op_uncancel(self):
        self.log("uncancel", str(asyncio.current_task().uncancel()))

    async def op_cancelling(self):
        self.log("cancelling", str(asyncio.current_task().cancelling()))

    async def op_status(self, var):
        task = self.tasks.get(var)
        if task is not None:
            self.log("status", f"{task.get_name()} {task.done()} {task.cancelled()}")

    def other(self, var):
        """The task in a variable, if it was made later than the current one: so no two wait for each other."""
        task = self.tasks.get(var)
        number = lambda t: int(t.get_name().removeprefix("t").replace("main", "0"))
        return task if task and number(task) > number(asyncio.current_task()) else None

    async def op_await_task(self, var):
        task = self.other(var)
        if task is not None:
            self.log("await_task", f"value {await task}")

    async def op_shield(self, var):
        task = self.other(var)
        if task is not None:
            self.log("shield", f"value {await asyncio.shield(task)}")

    async def op_wait_for_task(self, var, t):
        task = self.other(var)
        if task is not None:
            self.log("wait_for_task", f"value {await asyncio.wait_for(task, t)}")

    async def op_wait_for(self, i, t):
        self.names += 1
        name = f"t{self.names}"

        async def named():
            asyncio.current_task()
            return await self.function(i)

        self.log("wait_for", name)
        self.log("wait_for", f"value {await asyncio.wait_for(named(), t)}")

    async def op_wait(self, vs, t, when):
        tasks = []
        for v in vs:
            task = self.other(v)
            if task is not None and task not in tasks:
                tasks.append(task)
        if tasks:
            done, pending = await asyncio.wait(tasks, timeout=t, return_when=getattr(asyncio, when))
            names = lambda s: "+".join(x.get_name() for x in tasks if x in s)
            self.log("wait", f"done={names(done)} pending={names(pending)}")

    async def op_gather(self, funcs, return_exceptions):
        tasks = [self.spawn(i) for i in funcs]
        result = await asyncio.gather(*tasks, return_exceptions=return_exceptions)
        self.log("gather", "values " + ",".join(describe(v) if isinstance(v, BaseException) else str(v) for v in result))

    async def op_as_completed(self, funcs, t):
        tasks = [self.spawn(i) for i in funcs]
        for next_one in asyncio.as_completed(tasks, timeout=t):
            try:
                self.log("as_completed", f"value {await next_one}")
            except asyncio.CancelledError as error:
                if asyncio.current_task().cancelling():
                    raise
                self.log("as_completed", "failed " + describe(error))
            except (ValueError, KeyError, RuntimeError, ExceptionGroup) as error:
                self.log("as_completed", "failed " + describe(error))

    async def op_group(self, funcs, body):
        async with TaskGroup() as group:
            for i in funcs:
                self.names += 1
                group.create_task(self.function(i), name=f"t{self.names}")
            result = await self.block(body)
        return result

    async def op_timeout(self, t, body):
        async with asyncio.timeout(t) as scope:
            result = await self.block(body)
        self.log("timeout", f"expired={scope.expired()}")
        return result

    async def op_try(self, body, handler, final):
        result = None
        try:
            result = await self.block(body)
        except asyncio.CancelledError:
            await self.block(handler)
            raise
        except Exception as error:
            self.log("try", "caught " + describe(error))
            result = await self.block(handler)
        finally:
            await self.block(final)
        return result

    # -- synchronisation -----------------------------------------------
    async def op_event_set(self, i):
        self.events[i].set()

    async def op_event_clear(self, i):
        self.events[i].clear()

    async def op_event_wait(self, i):
        await self.events[i].wait()

    async def op_acquire(self, i):
        await self.locks[i].acquire()

    async def op_release(self, i):
        self.locks[i].release()

    async def op_lock(self, i, body):
        async with self.locks[i]:
            return await self.block(body)

    async def op_sem_acquire(self, i):
        await self.sems[i].acquire()

    async def op_sem_release(self, i):
        self.sems[i].release()

    async def op_semaphore(self, i, body):
        async with self.sems[i]:
            return await self.block(body)

    async def op_condition_wait(self, i):
        async with self.conds[i]:
            await self.conds[i].wait()

    async def op_condition_notify(self, i, n):
        async with self.conds[i]:
            self.conds[i].notify(n)

    async def op_barrier_wait(self, i):
        self.log("barrier_wait", f"position {await self.barriers[i].wait()}")

    async def op_barrier_abort(self, i):
        await self.barriers[i].abort()

    async def op_barrier_reset(self, i):
        await self.barriers[i].reset()

    # -- queues --------------------------------------------------------
    async def op_put(self, i, v):
        await self.queues[i].put(v)

    async def op_get(self, i):
        self.log("get", f"value {await self.queues[i].get()}")

    async def op_put_nowait(self, i, v):
        self.queues[i].put_nowait(v)

    async def op_get_nowait(self, i):
        self.log("get_nowait", f"value {self.queues[i].get_nowait()}")

    async def op_task_done(self, i):
        self.queues[i].task_done()

    async def op_join(self, i):
        await self.queues[i].join()

    async def op_shutdown(self, i, immediate):
        self.queues[i].shutdown(immediate)

    # -- futures -------------------------------------------------------
    async def op_future_set(self, i, v):
        self.futures[i].set_result(v)

    async def op_future_fail(self, i, name):
        self.futures[i].set_exception({"ValueError": ValueError, "KeyError": KeyError, "RuntimeError": RuntimeError}[name]("x"))

    async def op_future_cancel(self, i):
        self.log("future_cancel", str(self.futures[i].cancel()))

    async def op_future_await(self, i):
        self.log("future_await", f"value {await asyncio.shield(self.futures[i])}")

    async def op_future_callback(self, i):
        self.timers += 1
        name = f"callback{self.timers}"
        self.futures[i].add_done_callback(lambda f: self.plain(name))


async def main(interpreter):
    asyncio.current_task().set_name("main")
    interpreter.setup()
    try:
        async with asyncio.timeout(HORIZON):
            value = await interpreter.block(interpreter.p["main"])
        interpreter.log("main", f"value {value}")
    except BaseException as error:
        interpreter.log("main", "failed " + describe(error))
    interpreter.recording = False


def run(program):
    """The trace of a program, up to the end of its main coroutine, or to "deadlock"."""
    loop = VirtualLoop()
    loop.set_exception_handler(lambda loop, context: None)
    interpreter = Interpreter(program, loop)
    try:
        loop.run_until_complete(main(interpreter))
    except Deadlock:
        interpreter.trace.append("deadlock")
    except asyncio.CancelledError:
        pass  # cancelled by itself in its last step: the trace is whole
    finally:
        interpreter.recording = False
        loop.close()
    return interpreter.trace
