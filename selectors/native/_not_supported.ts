// Copyright 2026 the asyncio authors. MIT license.

import { type Facility, substituteOf } from "./_library.ts";

/** The native selector that suits each system best. */
const BEST: Readonly<Record<string, string>> = {
  linux: "EpollSelector",
  android: "EpollSelector",
  darwin: "KqueueSelector",
};

/**
 * Throws unless this system has what a selector waits with.
 *
 * @param name The selector's class.
 * @param systems Those that have it, as Deno calls them.
 * @param home Those that have it, as people call them.
 * @param facility What a test may have put in its place.
 * @throws {Deno.errors.NotSupported} Naming the system and the class to use there.
 */
export function checkSystem(
  name: string,
  systems: readonly string[],
  home: string,
  facility?: Facility,
): void {
  const { os } = Deno.build;
  if (systems.includes(os) || facility !== undefined && substituteOf(facility)) return;
  throw new Deno.errors.NotSupported(
    `Cannot create ${name}: only ${home} has it, and this is ${os}; use ${
      BEST[os] ?? "DenoSelector"
    }`,
  );
}
