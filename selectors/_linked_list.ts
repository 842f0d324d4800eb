// Copyright 2026 the asyncio authors. MIT license.

/** A link of a list that its members link themselves. */
export interface Link<T> {
  /** The next member; `null` at the end. */
  next: T | null;
}

/** The list without a member, which need not be in it. Its `next` is `null` then. */
export function without<T extends Link<T>>(list: T | null, member: T): T | null {
  let first = list;
  if (first === member) {
    first = member.next;
  } else {
    let other = first;
    while (other !== null && other.next !== member) other = other.next;
    if (other !== null) other.next = member.next;
  }
  member.next = null;
  return first;
}
