// Copyright 2026 the asyncio authors. MIT license.

/**
 * What must compile, and what must not. `deno check` is the test: `typed<T>()(value)` compiles only
 * where the type is T and no other, and a line below `@ts-expect-error` only where it has an error.
 * Nothing here casts, and nothing asserts that a value is there.
 *
 * The functions run, too, where there is something to see.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import {
  type Awaitable,
  type Coroutine,
  type CoroutineObject,
  type Future,
  type InetAddress,
  type SocketAddress,
  type Task,
} from "@asyncio/asyncio";
import { DefaultSelector, EVENT_READ, Socket } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { testBoth } from "./_run_test.ts";

/** Whether two types are the same: `any` is the same as `any` only. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Takes a value of just the type T. */
function typed<T>(): <V>(value: V & (Same<V, T> extends true ? unknown : never)) => void {
  return () => {};
}

/** For what is to be compiled, and not run. */
function compiled(_fn: () => unknown): void {}

async function later<T>(value: T): Promise<T> {
  await asyncio.sleep(0);
  return value;
}

function* soon<T>(value: T): Coroutine<T> {
  yield* asyncio.sleep(0);
  return value;
}
