// Copyright 2026 the asyncio authors. MIT license.

/** What tracing a program needs of the host: to run it, and to write a file. */

/** The environment variable that names the file. */
const FILE = "ASYNCIO_TRACE_FILE";

/** Runs a program, another one before it, in a process of its own. Gives its exit code. */
export async function runTraced(
  preload: string,
  file: string,
  program: string,
  args: readonly string[],
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `--preload=${preload}`, program, ...args],
    env: { [FILE]: file, ASYNCIO_DEBUG: "1" },
  }).spawn();
  // The program is to have the signal to itself, and the trace to be written all the same.
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGINT", ignore);
  return code;
}

/** Writes the parts of a text to the file that was asked for, when the program has come to its end. */
export function writeAtEnd(text: (file: string) => Iterable<string>): void {
  const file = Deno.env.get(FILE);
  if (file === undefined) return;
  globalThis.addEventListener("unload", () => {
    let append = false;
    for (const part of text(file)) {
      Deno.writeTextFileSync(file, part, { append });
      append = true;
    }
  });
}
