// Copyright 2026 the asyncio authors. MIT license.

/**
 * The flags of Deno's command line that a child process is started with, so that it may do what its
 * parent may and finds what its parent finds.
 */

/** What a permission is asked by: its name, and what it is for. */
export type Descriptor = { readonly name: string } & Readonly<Record<string, string>>;

/** Tells whether a permission is granted: wholly, but for something that is denied, or not. */
export type Query = (descriptor: Descriptor) => "granted" | "partly" | "no";

/** The permissions, each with what its values are called and its short flag. */
const PERMISSIONS: readonly (readonly [name: string, value: string, short: string])[] = [
  ["read", "path", "-R"],
  ["write", "path", "-W"],
  ["net", "host", "-N"],
  ["env", "variable", "-E"],
  ["run", "command", "--allow-run"],
  ["sys", "kind", "-S"],
  ["ffi", "path", "--allow-ffi"],
  ["import", "host", "-I"],
];

/**
 * The flags that grant a child what its parent has: what it has wholly, as it tells; what it has only for
 * some paths, hosts and the like, as its command line names them, if it has them still.
 */
export function permissionFlags(own: readonly string[], query: Query): string[] {
  const whole = PERMISSIONS.map(([name]) => query({ name }));
  if (whole.every((state) => state === "granted")) return ["--allow-all"];
  return PERMISSIONS.flatMap(([name, value, short], i) => [
    ...(whole[i] === "no"
      ? partFlags(own, [`--allow-${name}`, short], name, value, query)
      : [`--allow-${name}`]),
    ...own.filter((arg) => arg.startsWith(`--deny-${name}=`)),
  ]);
}

function partFlags(
  own: readonly string[],
  flags: readonly string[],
  name: string,
  value: string,
  query: Query,
): string[] {
  const values = own.flatMap((arg) => {
    const flag = flags.find((one) => arg.startsWith(`${one}=`));
    return flag === undefined ? [] : arg.slice(flag.length + 1).split(",");
  });
  const granted = values.filter((one) => isGranted(query, { name, [value]: one } as Descriptor));
  return granted.length === 0 ? [] : [`--allow-${name}=${granted.join(",")}`];
}

/** Some values may stand on the command line, and not in a question: those are not granted. */
function isGranted(query: Query, descriptor: Descriptor): boolean {
  try {
    return query(descriptor) !== "no";
  } catch {
    return false;
  }
}

const RESOLUTION =
  /^--(?:config|import-map|cached-only|no-remote|no-npm|node-modules-dir|vendor|cert|unstable)(?:[-=]|$)/;

/** The flags by which imports are found, and what is unstable is there. */
export function resolutionFlags(
  own: readonly string[],
  findConfig: () => string | null,
): string[] {
  const flags = own.flatMap((arg, i) => {
    if (arg === "-c" || arg === "--config" || arg === "--import-map") {
      return [arg, own[i + 1] ?? ""];
    }
    return RESOLUTION.test(arg) || arg === "--no-config" ? [arg] : [];
  });
  if (flags.some((flag) => /^(?:-c|--config|--no-config)/.test(flag))) return flags;
  const config = findConfig();
  return config === null ? flags : [...flags, `--config=${config}`];
}
