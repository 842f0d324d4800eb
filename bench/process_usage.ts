// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the operating system says of a process, where it has `/proc`.
 *
 * @module
 */

/** Peak memory of this process in bytes; its present memory where there is no `/proc`. */
export function peakMemory(): number {
  return statusBytes("self", "VmHWM") ?? Deno.memoryUsage().rss;
}

/** Resident memory of a process in bytes, or `undefined` where there is no `/proc`. */
export function residentMemory(pid: number): number | undefined {
  return statusBytes(pid, "VmRSS");
}

/** CPU seconds that a process has used, in all its threads and in the kernel. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The second field, the command in brackets, may have spaces: count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [userTicks, kernelTicks] = [Number(fields[11]), Number(fields[12])];
  return (userTicks + kernelTicks) / TICKS_PER_SECOND;
}

/** The same to the nanosecond, without threads that have ended. */
export function preciseCpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    try {
      const [onCpu] = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ");
      nanoseconds += Number(onCpu);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // It has just ended.
    }
  }
  return nanoseconds / 1e9;
}

/** The unit of `/proc/PID/stat` on every Linux. */
const TICKS_PER_SECOND = 100;

function statusBytes(pid: number | "self", field: string): number | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const kibibytes = new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
