// Copyright 2026 the asyncio authors. MIT license.

/** What a program in a process of its own has left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the programs in `_programs/`, in a process of its own. */
export async function runProgram(name: string, ...args: string[]): Promise<Ended> {
  const program = new URL(`_programs/${name}.ts`, import.meta.url).href;
  const flags = ["run", "--allow-all", "--no-check", "--v8-flags=--expose-gc"];
  return await runCommand(Deno.execPath(), ...flags, program, ...args);
}

/** Runs a command. */
export async function runCommand(command: string, ...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
