// Copyright 2026 the asyncio authors. MIT license.

/** How the tests of a module are registered that is loaded for each kind of loop. */

import type { BaseSelector } from "@asyncio/asyncio/selectors";
import { type LoopKind, loopKind } from "./_loop_kinds.ts";
import { type Form, forms, type FormTest, runTest, testForms, type TestLoop } from "./_run_test.ts";
import type { Coroutine } from "@asyncio/asyncio";

/** What a module registers its tests with. */
export interface Suite {
  readonly kind: LoopKind;
  /** `Deno.test`, with the kind of loop in the name. */
  test(name: string, fn: () => Promise<unknown> | void, options?: TestOptions): void;
  /** A test that needs no loop, or Deno's own sockets: it runs once. */
  testOnce(name: string, fn: () => Promise<unknown> | void, options?: TestOptions): void;
  /** See `_run_test.ts`. */
  testForms(
    name: string,
    body: (test: FormTest) => Coroutine<unknown>,
    only?: readonly Form[],
  ): void;
  /** The same in real time. */
  testFormsInRealTime(name: string, body: (test: FormTest) => Coroutine<unknown>): void;
  /** See `_run_test.ts`. */
  runTest<T>(main: (test: TestLoop) => Coroutine<T> | PromiseLike<T>): Promise<T>;
  /** A selector of the kind, to be closed by the test, which ends when it is. */
  newSelector(): BaseSelector;
}

/** Of what `Deno.test` takes, what is used. */
export type TestOptions = Pick<Deno.TestDefinition, "ignore" | "permissions">;

/** For the kind of loop that the module is being loaded for. */
export function suite(): Suite {
  const kind = loopKind();
  const named = (name: string) => kind.label === "" ? name : `${name} [${kind.label}]`;
  const test: Suite["test"] = (name, fn, options = {}) => {
    Deno.test({ name: named(name), ...options, fn: () => runAndSettle(fn) });
  };
  let made: BaseSelector[] = [];
  async function runAndSettle(fn: () => unknown): Promise<void> {
    await fn();
    await Promise.all(made.map((selector) => selector.closed));
    made = [];
  }
  return {
    kind,
    test,
    testOnce: (name, fn, options) => {
      if (kind.label === "") test(name, fn, options);
    },
    testForms: (name, body, only = forms) => testForms(named(name), body, only, false, kind),
    testFormsInRealTime: (name, body) => testForms(named(name), body, forms, true, kind),
    runTest: (main) => runTest(main, false, kind),
    newSelector() {
      const selector = kind.newSelector();
      made.push(selector);
      return selector;
    },
  };
}
