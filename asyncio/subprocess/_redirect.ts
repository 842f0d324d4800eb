// Copyright 2026 the asyncio authors. MIT license.

/**
 * A command whose errors go where its output goes: a shell joins the two, and becomes the command.
 *
 * The errors of the shell itself come through a pipe of their own, which ends when it has become the
 * command. So one is told whether there is such a program, as without a shell.
 */

/** `$0` is the program, `$@` are its arguments. */
const SCRIPT = `case $0 in
*/*)
  if ! [ -e "$0" ]; then echo missing >&2; exit 127; fi
  if [ -d "$0" ] || ! [ -x "$0" ]; then echo denied >&2; exit 126; fi ;;
*)
  if ! command -v -- "$0" >/dev/null; then echo missing >&2; exit 127; fi ;;
esac
exec "$0" "$@" 2>&1`;

/** Why a shell could not become a program. */
export interface Failure {
  readonly path: string;
  /** Whether there is something of that name, but no program. */
  readonly isDenied: boolean;
}

/** A command line, and what listens to the errors of its shell. */
export interface Redirected {
  readonly program: string;
  readonly args: string[];
  readonly report: (errors: ReadableStream<Uint8Array>) => Promise<Failure | null>;
}

/** The command line that starts a program with its errors joined to its output. */
export function redirected(path: string, args: readonly string[]): Redirected {
  return {
    program: "/bin/sh",
    args: ["-c", SCRIPT, path, ...args],
    report: async (errors) => {
      const text = await textOf(errors);
      return text === "" ? null : { path, isDenied: text.includes("denied") };
    },
  };
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  try {
    return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
  } catch {
    return ""; // What becomes of the process is told otherwise.
  }
}
