// Copyright 2026 the asyncio authors. MIT license.

import type { EventLoop, TimerHandle } from "@asyncio/asyncio";

/** The timers that `callLater()` makes from now on. */
export function watchTimers(loop: EventLoop): TimerHandle[] {
  const timers: TimerHandle[] = [];
  const callLater = loop.callLater;
  loop.callLater = (...args: Parameters<typeof callLater>) => {
    const timer = callLater.apply(loop, args);
    timers.push(timer);
    return timer;
  };
  return timers;
}
