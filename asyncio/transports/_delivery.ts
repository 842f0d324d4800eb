// Copyright 2026 the asyncio authors. MIT license.

import { RuntimeError } from "../../coroutines/mod.ts";
import type { BaseProtocol } from "./base.ts";
import { BufferedProtocol, type Protocol } from "./protocols.ts";

/**
 * Gives bytes that are here already to a protocol, in the way that its kind wants them.
 *
 * @param failed Told which of its methods threw, and what.
 *
 * CPython: Lib/asyncio/protocols.py, _feed_data_to_buffered_proto.
 */
export function giveTo(
  protocol: BaseProtocol,
  data: Uint8Array<ArrayBuffer>,
  failed: (message: string, error: unknown) => void,
): void {
  let method = "dataReceived";
  try {
    if (!(protocol instanceof BufferedProtocol)) return (protocol as Protocol).dataReceived(data);
    for (let rest = data; rest.length > 0;) {
      method = "getBuffer";
      const buffer = protocol.getBuffer(rest.length);
      if (buffer.length === 0) throw new RuntimeError("getBuffer() returned an empty buffer");
      const size = Math.min(buffer.length, rest.length);
      buffer.set(rest.subarray(0, size));
      rest = rest.subarray(size);
      method = "bufferUpdated";
      protocol.bufferUpdated(size);
    }
  } catch (error) {
    failed(`Fatal error: protocol.${method}() call failed.`, error);
  }
}
