// Copyright 2026 the asyncio authors. MIT license.

/**
 * The tasks of a program that was started with `--inspect`, and has noted nothing of them: by V8's
 * inspector.
 *
 * The program tells the tasks, and who waits for whom, as plain data. The lines are in the engine: a
 * snapshot of the heap shows which functions a task is in, and the inspector tells of each suspended
 * one, generator or async function, at which line it is (`[[GeneratorLocation]]`). The program is not
 * paused, but stands still for as long as it takes to write the snapshot.
 */

import { HeapSnapshot } from "./_heap_snapshot.ts";
import { Inspector, type RemoteObject } from "./_inspector.ts";
import { type Answer, LOOPS_KEY } from "./_peephole.ts";
import { SourceMap } from "./_source_map.ts";
import { type Suspended, SuspendedStacks } from "./_suspended.ts";
import type { TaskState } from "./_task_state.ts";

/** What is held over there until the connection ends. */
const GROUP = "@asyncio/asyncio ps";

/** The largest heap, in bytes, that is looked at for lines: a snapshot's text may be twice as long. */
const MAX_HEAP = 200 * 2 ** 20;

/** Of how many tasks the lines are asked for at once. */
const AT_ONCE = 50;

/** How long a program may take to begin a snapshot, to write it, and to pause, in milliseconds. */
const PATIENCE = { begin: 5_000, end: 120_000, pause: 1_000 };

/** The tasks of each loop, and what there is to say about them. */
export interface Inspected {
  readonly loops: Answer;
  /** Why there are no lines; `null` if there are. */
  readonly remark: string | null;
}

/** Asks the program whose inspector has that `webSocketDebuggerUrl`. */
export async function inspect(url: string): Promise<Inspected> {
  const inspector = await Inspector.connect(url);
  try {
    return await new Inspection(inspector).look();
  } finally {
    await inspector.close();
  }
}

/** A loop over there. */
interface Loop {
  readonly tasks: readonly TaskState[];
  /** The array of the tasks themselves. */
  readonly handle: RemoteObject;
  readonly core: string;
}

interface Script {
  readonly url: string;
  readonly map: SourceMap | null;
}

interface InternalProperty {
  readonly name: string;
  readonly value?: RemoteObject;
}

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber?: number;
}

interface CallFrame {
  readonly functionName: string;
  readonly location: Location;
}

class Inspection {
  readonly #inspector: Inspector;
  readonly #urls = new Map<string, { readonly url: string; readonly sourceMap: string }>();
  readonly #scripts = new Map<string, Script>();

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  async look(): Promise<Inspected> {
    const loops = await this.#loops();
    const plain = loops.map(({ tasks }) => tasks);
    if (plain.every((tasks) => tasks.length === 0)) return { loops: plain, remark: null };
    const { usedSize } = await this.#inspector.call("Runtime.getHeapUsage");
    if (Number(usedSize) > MAX_HEAP) {
      const size = Math.round(Number(usedSize) / 2 ** 20);
      const remark = `no lines: the program's memory, ${size} MiB, is too much to be searched; ` +
        "with ASYNCIO_DEBUG=1 it would note them itself";
      return { loops: plain, remark };
    }
    await this.#listScripts();
    const heap = await this.#snapshot();
    if (!(heap instanceof HeapSnapshot)) return { loops: plain, remark: describeBusy(heap) };
    return {
      loops: await Promise.all(loops.map((loop) => this.#withLines(loop, heap))),
      remark: null,
    };
  }

  /** The loops that run, in the order in which they were started. */
  async #loops(): Promise<Loop[]> {
    const expression = `[...globalThis[Symbol.for(${JSON.stringify(LOOPS_KEY)})] ?? []]` +
      ".map(loop => [loop.core, loop.look()])";
    const all = await this.#inspector.evaluate("Runtime.evaluate", {
      expression,
      objectGroup: GROUP,
      silent: true,
    });
    const texts = await this.#apply(
      all,
      "function () {" +
        " return JSON.stringify(this.map(([core, { states }]) => [core, states])); }",
      true,
    );
    const parts = JSON.parse(String(texts.value)) as [string, string][];
    return await Promise.all(parts.map(async ([core, states], i) => ({
      core,
      tasks: JSON.parse(states) as TaskState[],
      handle: await this.#apply(all, `function () { return this[${i}][1].tasks; }`, false),
    })));
  }

  #apply(to: RemoteObject, functionDeclaration: string, byValue: boolean): Promise<RemoteObject> {
    return this.#inspector.evaluate("Runtime.callFunctionOn", {
      objectId: to.objectId,
      functionDeclaration,
      returnByValue: byValue,
      objectGroup: GROUP,
      silent: true,
    });
  }

  async #listScripts(): Promise<void> {
    this.#inspector.on("Debugger.scriptParsed", ({ scriptId, url, sourceMapURL }) => {
      this.#urls.set(String(scriptId), { url: String(url), sourceMap: String(sourceMapURL ?? "") });
    });
    await this.#inspector.call("Debugger.enable");
    // It tells all scripts at once. Nothing is to be debugged.
    await this.#inspector.call("Debugger.disable");
  }

  /** A snapshot; or, if the program is too busy to write one, the functions that it is in. */
  async #snapshot(): Promise<HeapSnapshot | readonly string[]> {
    const chunks: string[] = [];
    this.#inspector.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => {
      chunks.push(String(chunk));
    });
    const hasBegun = Promise.withResolvers<boolean>();
    this.#inspector.on("HeapProfiler.reportHeapSnapshotProgress", () => hasBegun.resolve(true));
    const timer = setTimeout(() => hasBegun.resolve(false), PATIENCE.begin);
    const ended = this.#inspector.call(
      "HeapProfiler.takeHeapSnapshot",
      { reportProgress: true },
      PATIENCE.end,
    );
    // Where it is not waited for, nobody is to hear of its end.
    ended.catch(() => {});
    try {
      if (!await Promise.race([hasBegun.promise, ended.then(() => true)])) {
        const stack = await this.#whereBusy();
        if (stack.length > 0) return stack;
      }
      await ended;
      return new HeapSnapshot(chunks.join(""));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * The functions in which a program is that has not come to an end of its step: it is paused for a
   * moment. None if it is not at work, but only slow.
   */
  async #whereBusy(): Promise<string[]> {
    const paused = Promise.withResolvers<string[]>();
    this.#inspector.on("Debugger.paused", ({ callFrames }) => {
      paused.resolve((callFrames as CallFrame[]).map((frame) => this.#describe(frame)));
    });
    await this.#inspector.call("Debugger.enable");
    await this.#inspector.call("Debugger.pause");
    const timer = setTimeout(() => paused.resolve([]), PATIENCE.pause);
    const stack = await paused.promise;
    clearTimeout(timer);
    // Which has it go on, if it is paused.
    await this.#inspector.call("Debugger.disable");
    return stack;
  }

  #describe({ functionName, location }: CallFrame): string {
    const { file, line } = this.#source(location);
    return `${functionName || "<lambda>"} ${file.replace(/^file:\/\//, "")}:${line}`;
  }

  async #withLines({ tasks, handle, core }: Loop, heap: HeapSnapshot): Promise<TaskState[]> {
    const { heapSnapshotObjectId } = await this.#inspector.call("HeapProfiler.getHeapObjectId", {
      objectId: handle.objectId,
    });
    const array = heap.nodeOf(Number(heapSnapshotObjectId));
    const nodes = new Map<string, number>();
    if (array !== undefined) {
      for (const { type, name, to } of heap.edgesOf(array)) {
        if (type === "element") nodes.set(name, to);
      }
    }
    const stacks = new SuspendedStacks(heap, (id) => this.#place(id), core);
    const seen: TaskState[] = [];
    for (let i = 0; i < tasks.length; i += AT_ONCE) {
      const some = tasks.slice(i, i + AT_ONCE);
      seen.push(
        ...await Promise.all(some.map(async (task, k) => {
          const node = nodes.get(String(i + k));
          const stack = node === undefined ? [] : await stacks.of(node);
          return stack.length === 0 ? task : { ...task, stack };
        })),
      );
    }
    return seen;
  }

  /** Where a generator is suspended, by the id of its object; `null` if it is not, or has gone. */
  async #place(id: number): Promise<Suspended | null> {
    try {
      const object = await this.#inspector.evaluate("HeapProfiler.getObjectByHeapObjectId", {
        objectId: String(id),
        objectGroup: GROUP,
      });
      const internal = await this.#internals(object);
      const location = internal.get("[[GeneratorLocation]]")?.value as Location | undefined;
      if (internal.get("[[GeneratorState]]")?.value !== "suspended" || location === undefined) {
        return null;
      }
      const fn = internal.get("[[GeneratorFunction]]");
      const start = fn === undefined ? undefined : (await this.#internals(fn))
        .get("[[FunctionLocation]]")?.value as Location | undefined;
      return { ...this.#source(location), isNew: start !== undefined && isSame(start, location) };
    } catch {
      return null;
    }
  }

  async #internals(object: RemoteObject): Promise<Map<string, RemoteObject>> {
    const { internalProperties = [] } = await this.#inspector.call("Runtime.getProperties", {
      objectId: object.objectId,
      ownProperties: true,
    }) as { internalProperties?: InternalProperty[] };
    return new Map(internalProperties.flatMap(({ name, value }) => value ? [[name, value]] : []));
  }

  #source({ scriptId, lineNumber, columnNumber = 0 }: Location): { file: string; line: number } {
    const { url, map } = this.#script(scriptId);
    const line = map?.lineOf(lineNumber, columnNumber) ?? lineNumber;
    return { file: url, line: line + 1 };
  }

  #script(id: string): Script {
    let script = this.#scripts.get(id);
    if (script === undefined) {
      const { url, sourceMap } = this.#urls.get(id) ?? { url: "<unknown>", sourceMap: "" };
      script = { url: url || "<anonymous>", map: SourceMap.fromUrl(sourceMap) };
      this.#scripts.set(id, script);
    }
    return script;
  }
}

function describeBusy(stack: readonly string[]): string {
  const why =
    `no lines: the program has been busy for ${PATIENCE.begin / 1000} s, and has not come ` +
    "to its loop. It is in";
  return [why, ...stack].join("\n    ");
}

function isSame(a: Location, b: Location): boolean {
  return a.lineNumber === b.lineNumber && a.columnNumber === b.columnNumber;
}
