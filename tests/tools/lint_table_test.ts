// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { deriveTable, type Table, tableSource } from "../../tools/lint/table.ts";
import type { DocOutput } from "../../tools/docs/doc_nodes.ts";

/** Types that the modules of these tests need not declare. */
const TYPES = `
export type Coroutine<T> = Generator<unknown, T>;
export type CoroutineObject<T> = Coroutine<T> & PromiseLike<T>;
export type CoroutineFunction<T> = () => Coroutine<T> | PromiseLike<T>;
export type Awaitable<T> = Coroutine<T> | PromiseLike<T>;
export interface AsyncContextManager<T> { aenter(): Awaitable<T> }
`;

async function docsOf(...sources: string[]): Promise<DocOutput> {
  const folder = await Deno.makeTempDir();
  try {
    const paths = sources.map((_, i) => `${folder}/${i}.ts`);
    for (const [i, path] of paths.entries()) await Deno.writeTextFile(path, TYPES + sources[i]);
    const args = ["doc", "--json", ...paths];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function derive(...sources: string[]): Promise<Table> {
  return deriveTable(await docsOf(...sources));
}

Deno.test("deriveTable() finds functions that give coroutines, however they are declared", async () => {
  const { functions } = await derive(`
    export function plain(): CoroutineObject<void> { throw 0; }
    export function overloaded(a: string): number;
    export function overloaded(a: number): CoroutineObject<void>;
    export function overloaded(a: unknown): any {}
    export declare const constant: (a: number) => CoroutineObject<void>;
    export interface Callable { (a: number): CoroutineObject<void>; readonly BREAK: symbol }
    export declare const callable: Callable;
    export function generator(): Coroutine<void> { throw 0; }
    export function maker(): () => CoroutineObject<void> { throw 0; }
    export function nothing(): void {}
    export const value = 1;
  `);
  const coroutine = { gives: { coroutine: null } };
  assertEquals(functions, {
    callable: coroutine,
    constant: coroutine,
    generator: { gives: { generator: null } },
    maker: { gives: coroutine },
    overloaded: coroutine,
    plain: coroutine,
  });
});

Deno.test("deriveTable() finds what leads to a coroutine", async () => {
  const { functions, classes } = await derive(`
    export class Lock { acquire(): CoroutineObject<true> { throw 0; } locked(): boolean { return true; } }
    export class Pool {
      readonly lock!: Lock;
      get first(): Lock { throw 0; }
      get size(): number { return 0; }
      static all(): CoroutineObject<void> { throw 0; }
      protected guarded(): CoroutineObject<void> { throw 0; }
      private hidden(): CoroutineObject<void> { throw 0; }
      [Symbol.iterator](): CoroutineObject<void> { throw 0; }
    }
    export class Wide extends Pool {}
    export class Plain { size(): number { return 0; } }
    export function pair(): CoroutineObject<[Lock, number]> { throw 0; }
    export function maybe(): Lock | null { throw 0; }
    export function plain(): Plain { throw 0; }
  `);
  assertEquals(functions, {
    maybe: { gives: "Lock" },
    pair: { gives: { coroutine: ["Lock", null] } },
  });
  assertEquals(classes, {
    Lock: { members: { acquire: { gives: { coroutine: null } } } },
    Pool: { members: { first: "Lock", lock: "Lock" } },
    Wide: { extends: "Pool", members: {} },
  });
});

Deno.test("deriveTable() finds what takes a coroutine function and no promise", async () => {
  const { functions } = await derive(`
    type Main<T> = Coroutine<T> | CoroutineFunction<T> | (PromiseLike<T> & { finally?: undefined });
    export type { Main };
    export function run<T>(main: Main<T>): Promise<T> { throw 0; }
    export function start<T>(coro: Coroutine<T> | CoroutineFunction<T>, options = {}): void {}
    export function waitFor<T>(aw: Awaitable<T> | CoroutineFunction<T>): void {}
    export function either<T>(aw: Promise<T> | CoroutineFunction<T>): void {}
  `);
  assertEquals(functions, {
    run: { gives: null, starts: true },
    start: { gives: null, starts: true },
  });
});

Deno.test("deriveTable() finds what enters a context manager, and what calls back with what", async () => {
  const { functions } = await derive(`
    export class Reader { read(): CoroutineObject<string> { throw 0; } }
    export type Callback = (reader: Reader, n: number) => unknown;
    export function serve(callback: Callback, port = 0): void {}
    export function each(callback: (n: number) => void): void {}
    export function asyncWith<T>(cm: AsyncContextManager<T> | Disposable, body: (v: T) => void): void {}
  `);
  assertEquals(functions, {
    asyncWith: { gives: null, enters: true },
    serve: { gives: null, callback: ["Reader", null] },
  });
});

Deno.test("deriveTable() takes classes of one name in several modules for one", async () => {
  const core = "export class Loop { sleep(): CoroutineObject<void> { throw 0; } }";
  const full = 'import { Loop as Core } from "./0.ts";\n' +
    "export class Loop extends Core { read(): CoroutineObject<void> { throw 0; } }";
  const coroutine = { gives: { coroutine: null } };
  assertEquals((await derive(core, full)).classes, {
    Loop: { members: { read: coroutine, sleep: coroutine } },
  });
});

Deno.test("deriveTable() refuses a format that it does not know", () => {
  const output = { version: 1, nodes: {} } as unknown as DocOutput;
  assertThrows(() => deriveTable(output), Error, "format 1");
});

Deno.test("tableSource() writes a line an entry, frequent ones by name", () => {
  const source = tableSource({
    functions: { sleep: { gives: { coroutine: null } }, run: { gives: ["A", null], starts: true } },
    classes: { Loop: { extends: "Base", members: { aexit: { gives: { generator: null } } } } },
  });
  assertStringIncludes(
    source,
    '\n  sleep: COROUTINE,\n  run: { gives: ["A", null], starts: true },\n',
  );
  assertStringIncludes(source, '\n  Loop: { extends: "Base", members: { aexit: GENERATOR } },\n');
});
