// Copyright 2026 the asyncio authors. MIT license.

/**
 * Stand-in for `jsr:@std/testing/mock` where JSR cannot be reached: what the tests use of it.
 *
 * @module
 */

/** One recorded call. */
export interface SpyCall<This, Args extends unknown[], Return> {
  args: Args;
  self: This;
  returned?: Return;
  error?: unknown;
}

/** A function that records its calls. */
export interface Spy<This, Args extends unknown[], Return> {
  (this: This, ...args: Args): Return;
  calls: SpyCall<This, Args, Return>[];
}

/** A method that is replaced until `restore()`. */
export interface Stub<This, Args extends unknown[], Return> extends Spy<This, Args, Return> {
  restore(): void;
  [Symbol.dispose](): void;
}

/** Wraps `func` in a function that records its calls. */
export function spy<This, Args extends unknown[], Return>(
  func: (this: This, ...args: Args) => Return,
): Spy<This, Args, Return> {
  const calls: SpyCall<This, Args, Return>[] = [];
  function recorded(this: This, ...args: Args): Return {
    const call: SpyCall<This, Args, Return> = { args, self: this };
    calls.push(call);
    try {
      return call.returned = func.apply(this, args);
    } catch (error) {
      call.error = error;
      throw error;
    }
  }
  return Object.assign(recorded, { calls });
}

/** Replaces a method of `self` by `func`, recording its calls, until the stub is restored. */
export function stub<This extends object, Args extends unknown[], Return>(
  self: This,
  property: keyof This,
  func: (this: This, ...args: Args) => Return,
): Stub<This, Args, Return> {
  const original = Object.getOwnPropertyDescriptor(self, property);
  function restore(): void {
    if (original === undefined) Reflect.deleteProperty(self, property);
    else Object.defineProperty(self, property, original);
  }
  const recorded = Object.assign(spy(func), { restore, [Symbol.dispose]: restore });
  Object.defineProperty(self, property, { value: recorded, configurable: true, writable: true });
  return recorded;
}

/** Fails unless `spy` was called exactly `expected` times. */
export function assertSpyCalls<This, Args extends unknown[], Return>(
  spy: Spy<This, Args, Return>,
  expected: number,
): void {
  const actual = spy.calls.length;
  if (actual !== expected) {
    throw new Error(`Spy not called as much as expected: ${actual} calls, not ${expected}`);
  }
}
