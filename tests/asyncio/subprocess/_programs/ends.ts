// Copyright 2026 the asyncio authors. MIT license.

/** Programs that end in some way with processes of theirs: `deno run ends.ts NAME`. */

import {
  createSubprocessExec,
  type CreateSubprocessExecOptions,
  createSubprocessShell,
  gather,
  KeyboardInterrupt,
  newEventLoop,
  PIPE,
  run,
  sleep,
  STDOUT,
} from "@asyncio/asyncio";

const decoder = new TextDecoder();

/** Everything that this process holds of the system, once what has ended is gone. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** What a program says of an error that it expects. A stack would be read from files. */
function said(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message}`;
}

async function attempt(start: () => PromiseLike<unknown>): Promise<void> {
  try {
    await start();
    console.log("ok");
  } catch (error) {
    console.log(said(error));
  }
}

const programs: Record<string, () => Promise<void>> = {
  /** Nothing is left. */
  async done() {
    await run(function* () {
      const process = yield* createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE });
      const [stdout] = yield* process.communicate("hello");
      console.log(decoder.decode(stdout));
    });
  },

  /** A process runs, and its pipes are open. */
  async running() {
    await run(async () => {
      const options = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
      const process = await createSubprocessExec("sleep", "3600", options);
      console.log(process.pid);
    });
  },

  /** The same on a loop by hand, with a process that shares its output with its errors. */
  async byHand() {
    const loop = newEventLoop();
    const starting = createSubprocessExec("sleep", "3600", { stdout: PIPE, stderr: STDOUT });
    const process = await loop.runUntilComplete(starting);
    console.log(process.pid);
    loop.close();
  },

  /** A process is being started. */
  async starting() {
    const loop = newEventLoop();
    const task = loop.createTask(
      createSubprocessExec("sleep", "3600", { stdout: PIPE, stderr: STDOUT }),
    );
    await loop.runUntilComplete(sleep(0));
    loop.close();
    console.log(task.done());
  },

  /** It has been killed, and nobody has waited for it. */
  async killed() {
    await run(async () => {
      const process = await createSubprocessExec("sleep", "3600", { stdout: PIPE });
      process.kill();
      console.log(process.pid);
    });
  },

  /** A grandchild holds the pipes of a process that has ended. */
  async kept() {
    await run(async () => {
      const options = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
      const process = await createSubprocessShell("sleep 3600 & echo $!", options);
      const line = decoder.decode(await process.stdout.readline());
      console.log(await process.wait(), line.trim());
    });
  },

  /** A process writes without end, and nobody reads. */
  async endless() {
    await run(async () => {
      const process = await createSubprocessExec("yes", { stdout: PIPE });
      await process.stdout.readline();
      console.log(process.pid);
    });
  },

  /** Interrupted while it waits for a process. */
  async interrupted() {
    const main = async () => {
      const process = await createSubprocessExec("sleep", "3600", { startNewSession: true });
      console.log(process.pid);
      await process.wait();
    };
    try {
      await run(main);
    } catch (error) {
      if (!(error instanceof KeyboardInterrupt)) throw error;
    }
  },

  /** Two hundred at once, each with three pipes; and nothing of them is left. */
  async many() {
    await run(function* () {
      function* one(i: number) {
        const options = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
        const process = yield* createSubprocessExec("cat", options);
        const [stdout] = yield* process.communicate(String(i));
        return decoder.decode(stdout) === String(i) && process.returncode === 0;
      }
      yield* one(0);
      const before = descriptors();
      const all = yield* gather(...Array.from({ length: 200 }, (_, i) => one(i)));
      yield* sleep(0);
      console.log(all.filter((good) => good).length, descriptors() - before);
    });
  },

  /** No descriptors are left; then some are again. */
  async noDescriptors() {
    const held: Deno.FsFile[] = [];
    const options = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
    await run(async () => {
      try {
        for (;;) held.push(Deno.openSync("/dev/null"));
      } catch {
        // There are none left.
      }
      const before = held.length;
      for (let i = 0; i < 3; i++) {
        for (const stderr of [PIPE, STDOUT] as const) {
          await attempt(() => createSubprocessExec("/bin/cat", { ...options, stderr }));
        }
      }
      for (const file of held.splice(0)) file.close();
      const process = await createSubprocessExec("/bin/cat", options);
      const [stdout] = await process.communicate("again");
      console.log(decoder.decode(stdout));
      await sleep(0);
      try {
        for (;;) held.push(Deno.openSync("/dev/null"));
      } catch {
        console.log(held.length - before);
      }
    });
    for (const file of held) file.close();
  },

  /** What may be started. */
  async permissions() {
    await run(async () => {
      const options: CreateSubprocessExecOptions = { stdout: PIPE };
      const end = async (program: string, options: CreateSubprocessExecOptions) => {
        const process = await createSubprocessExec(program, options);
        await process.communicate();
      };
      await attempt(() => end("cat", { ...options, stdin: -3 }));
      await attempt(() => end("true", { ...options, stderr: STDOUT }));
      await attempt(async () => await (await createSubprocessShell("true")).wait());
    });
  },
};

await programs[Deno.args[0]!]!();
console.log("end");
