// Copyright 2026 the asyncio authors. MIT license.

/** Closes a connection or a listener, unless somebody has done so behind our back. */
export function hangUp(resource: { close(): void }): void {
  try {
    resource.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
