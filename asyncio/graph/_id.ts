// Copyright 2026 the asyncio authors. MIT license.

const ids = new WeakMap<object, number>();
let last = 0;

/** What tells an object from others in a text, where Python shows its address. */
export function idOf(object: object): string {
  let id = ids.get(object);
  if (id === undefined) ids.set(object, id = ++last);
  return `0x${id.toString(16)}`;
}
