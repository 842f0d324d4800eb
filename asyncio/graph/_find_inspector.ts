// Copyright 2026 the asyncio authors. MIT license.

/** Where V8's inspector of a program is to be asked. */

import { argumentsOf, listeningPorts } from "./_host.ts";

/** Where `--inspect` listens that is given no address. */
const DEFAULT = "127.0.0.1:9229";

/** How long a program may take to say what it is, in milliseconds. */
const PATIENCE = 3_000;

interface Target {
  readonly title: string;
  readonly webSocketDebuggerUrl: string;
}

/** The `webSocketDebuggerUrl` of a process; `null` if it was not started with `--inspect`. */
export async function inspectorOf(pid: number): Promise<string | null> {
  for (const address of addressesOf(pid)) {
    const targets = await targetsAt(address);
    const target = targets.find(({ title }) => title.includes(`[pid: ${pid}]`));
    if (target !== undefined) return target.webSocketDebuggerUrl;
  }
  return null;
}

/** The `webSocketDebuggerUrl` at an address, `HOST:PORT`; `null` if there is no inspector. */
export async function inspectorAt(address: string): Promise<string | null> {
  const [target] = await targetsAt(address);
  return target?.webSocketDebuggerUrl ?? null;
}

/** Where the inspector of a process may listen: its arguments say so, if it has one. */
function addressesOf(pid: number): string[] {
  const all = argumentsOf(pid);
  // A system that does not tell may have one at the usual place.
  if (all.length === 0) return [DEFAULT];
  const address = inspectorAddress(all);
  if (address === null) return [];
  // Whose port is 0 has been given one by the system. Others of its ports may be a server's.
  return address.endsWith(":0")
    ? listeningPorts(pid).map((port) => address.replace(/:0$/, `:${port}`))
    : [address];
}

/** The address in the arguments of a program; `null` if it was not started with `--inspect`. */
export function inspectorAddress(args: readonly string[]): string | null {
  const flag = args.map((arg) => /^--inspect(?:-brk|-wait)?(?:=(.*))?$/.exec(arg)).find(Boolean);
  if (!flag) return null;
  const [, host, port] = /^(?:(.*):)?(\d*)$/.exec(flag[1] ?? "") ?? [null, flag[1], ""];
  const isAnywhere = !host || host === "0.0.0.0" || host === "[::]";
  return `${isAnywhere ? "127.0.0.1" : host}:${port || "9229"}`;
}

async function targetsAt(address: string): Promise<Target[]> {
  try {
    const response = await fetch(`http://${address}/json`, {
      signal: AbortSignal.timeout(PATIENCE),
    });
    const targets: unknown = await response.json();
    return Array.isArray(targets) ? targets.filter(isTarget) : [];
  } catch {
    return [];
  }
}

function isTarget(one: Partial<Target> | null): one is Target {
  return typeof one?.title === "string" && typeof one.webSocketDebuggerUrl === "string";
}
