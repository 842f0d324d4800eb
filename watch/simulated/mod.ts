// Copyright 2026 the asyncio authors. MIT license.

/**
 * Sockets, and a selector over them, that need no system: two programs in one talk to each other.
 *
 * @module
 */

export { Network } from "./network.ts";
export { SimulatedSelector } from "./selector.ts";
export { SimulatedSocket } from "./socket.ts";
