// Copyright 2026 the asyncio authors. MIT license.

import { ValueError } from "../../selectors/mod.ts";
import { repr } from "../../coroutines/mod.ts";
import { notSupported } from "../_net.ts";
import type { StderrStdio, Stdio } from "./stdio.ts";

/**
 * Options of `loop.subprocessExec()`.
 *
 * @see {@link https://docs.python.org/3/library/subprocess.html#subprocess.Popen}
 */
export interface SubprocessOptions {
  /** Where it reads from: `PIPE`, `DEVNULL`, a file, or `null` for the input of this program. */
  stdin?: Stdio;
  /** Where it writes to: `PIPE`, `DEVNULL`, a file, or `null` for the output of this program. */
  stdout?: Stdio;
  /** Where it writes its errors to: the same, or `STDOUT`. */
  stderr?: StderrStdio;
  /** The folder to run in. Default: that of this program. */
  cwd?: string | URL | null | undefined;
  /** All of its environment. Default: that of this program. */
  env?: Readonly<Record<string, string>> | null | undefined;
  /** Whether it begins a session of its own, and does not hear of Ctrl-C. Default: `false`. */
  startNewSession?: boolean | undefined;
  /** The number of the user to run as. Default: that of this program. */
  user?: number | null | undefined;
  /** The number of the group to run as. Default: that of this program. */
  group?: number | null | undefined;
}

/**
 * Options of `loop.subprocessShell()`.
 *
 * @see {@link https://docs.python.org/3/library/subprocess.html#subprocess.Popen}
 */
export interface SubprocessShellOptions extends SubprocessOptions {
  /** The shell. Default: `/bin/sh`; on Windows, `cmd.exe`. */
  executable?: string | URL | null | undefined;
}

/** Options that Python has in order to refuse them, and all that they may be. */
const REFUSED: Readonly<Record<string, unknown>> = {
  universalNewlines: false,
  bufsize: 0,
  encoding: null,
  errors: null,
  text: false,
};

const KNOWN = ["stdin", "stdout", "stderr", "cwd", "env", "startNewSession", "user", "group"];

/**
 * Refuses options that have no meaning, or none here: to ignore them would be to do something else
 * than was asked for.
 *
 * @param options What was given.
 * @param shell Whether the command is one for a shell.
 */
// CPython: Lib/asyncio/base_events.py, BaseEventLoop.subprocess_exec
export function checkOptions(options: SubprocessOptions, shell: boolean): void {
  const refused: Record<string, unknown> = { ...REFUSED, shell };
  for (const [name, value] of Object.entries(options)) {
    if (KNOWN.includes(name) || value === undefined) continue;
    if (shell && name === "executable") continue;
    if (!(name in refused)) {
      throw notSupported(`Cannot start process: there is no option ${repr(name)} in this runtime`);
    }
    const expected = refused[name];
    if (value === expected || name === "text" && value === null) continue;
    throw new ValueError(`${name} must be ${expected}`);
  }
}
