// Copyright 2026 the asyncio authors. MIT license.

/**
 * What {@linkcode Socket.from} adopts.
 *
 * @see {@linkcode Socket.from}
 */
export type DenoSocket = Deno.Listener | Deno.Conn;

/** Whether something is a listener or a connection of Deno's, which has no descriptor of its own. */
export function isDenoSocket(fileobj: unknown): fileobj is DenoSocket {
  if (typeof fileobj !== "object" || fileobj === null || "fileno" in fileobj) return false;
  return isListener(fileobj) || ("read" in fileobj && "write" in fileobj && "localAddr" in fileobj);
}

/** Whether a resource of Deno's is a listener. */
export function isListener(resource: object): resource is Deno.Listener {
  return "accept" in resource && "addr" in resource;
}
