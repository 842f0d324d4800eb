// Copyright 2026 the asyncio authors. MIT license.

/**
 * Connections that were closed while bytes of theirs were unsent.
 *
 * The operating system sends what a closed socket still holds, even when the process has ended, and
 * gives up a peer that takes nothing for a minute or so. Here the bytes are in the process, and Deno
 * does not end as long as a write is in flight: so who takes nothing is given up here, and at once
 * when the event loop that the socket belonged to has been closed.
 */

import type { Endpoint } from "./endpoint.ts";
import { startIdleTimer } from "../_host.ts";

/** How long a peer may take nothing, in seconds. */
const PATIENCE = 60;

/** How long once the loop has been closed. */
const PATIENCE_AFTER_LOOP = 0.1;

/** Who waits, and what ends the wait for the next look at it. */
const lingering = new Map<Endpoint, () => void>();

/** Waits until an endpoint has sent what is unsent, or its peer takes no more of it. */
export function linger(endpoint: Endpoint, hurry: boolean): void {
  lingering.get(endpoint)?.();
  const { unsent } = endpoint;
  const isNew = !lingering.has(endpoint);
  const look = () => {
    if (endpoint.unsent === unsent) endpoint.abandon();
    else linger(endpoint, hurry);
  };
  lingering.set(endpoint, startIdleTimer(hurry ? PATIENCE_AFTER_LOOP : PATIENCE, look));
  if (isNew) endpoint.whenSent(() => forget(endpoint), 0);
}

/** The selector `home` is closed: those that belong to it have little time left. */
export function hurry(home: object): void {
  for (const endpoint of [...lingering.keys()]) {
    if (endpoint.home === home) linger(endpoint, true);
  }
}

function forget(endpoint: Endpoint): void {
  lingering.get(endpoint)?.();
  lingering.delete(endpoint);
}
