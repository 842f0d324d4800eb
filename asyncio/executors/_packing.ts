// Copyright 2026 the asyncio authors. MIT license.

import { builtin } from "./_host.ts";

/** As much of `node:v8` as is used. Its `serialize()` gives bytes that share a buffer. */
export interface V8 {
  Serializer: new () => {
    writeHeader(): void;
    writeValue(value: unknown): void;
    releaseBuffer(): Uint8Array;
  };
  Deserializer: new (bytes: Uint8Array) => { readHeader(): void; readValue(): unknown };
}

/** The host's own. */
export function v8(): V8 {
  return builtin<V8>("node:v8", "ProcessPoolExecutor");
}

/** How values are made fit for the channel. */
export interface Packing {
  pack(value: unknown): unknown;
  unpack(value: unknown): unknown;
  /** Clones a value into bytes. Throws if it cannot be cloned. */
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array): unknown;
}

/**
 * Values that cannot be cloned break the channel in the middle of a message, so all but the simplest
 * are cloned here first, into bytes. Travels as text: it uses no name from outside.
 */
export function packing({ Serializer, Deserializer }: V8): Packing {
  /** What the host's own classes keep within, where V8 does not look: it would arrive empty. */
  const opaque =
    /^\[object (?:AbortSignal|Blob|CryptoKey|File|FormData|Headers|MessagePort|Request|Response|URL|\w+Stream|URLSearchParams)\]$/;

  function isSimple(value: unknown): boolean {
    return typeof value !== "object" && typeof value !== "symbol" && typeof value !== "function" ||
      value === null;
  }

  function checkNotOpaque(value: unknown, depth: number): void {
    if (typeof value !== "object" || value === null) return;
    const tag = Object.prototype.toString.call(value);
    if (opaque.test(tag)) throw new Error(`${tag} could not be cloned`);
    if (depth === 0 || tag !== "[object Object]" && tag !== "[object Array]") return;
    for (const inner of Object.values(value)) checkNotOpaque(inner, depth - 1);
  }

  function serialize(value: unknown): Uint8Array {
    checkNotOpaque(value, 3);
    const serializer = new Serializer();
    serializer.writeHeader();
    serializer.writeValue(value);
    return serializer.releaseBuffer();
  }

  function deserialize(bytes: Uint8Array): unknown {
    const deserializer = new Deserializer(bytes);
    deserializer.readHeader();
    return deserializer.readValue();
  }

  return {
    serialize,
    deserialize,
    pack(value) {
      if (isSimple(value)) return value;
      if (Array.isArray(value) && value.length < 10 && value.every(isSimple)) return [...value];
      return { bytes: serialize(value) };
    },
    unpack(value) {
      if (isSimple(value) || Array.isArray(value)) return value;
      return deserialize((value as { bytes: Uint8Array }).bytes);
    },
  };
}
