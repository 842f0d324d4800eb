// Copyright 2026 the asyncio authors. MIT license.
// CPython: Modules/socketmodule.c, setipaddr

import { allocate, type Block, free } from "./_libc.ts";
import { type Opened, openLibrary } from "./_library.ts";
import { systemFamily } from "./_socket_numbers.ts";

const FUNCTIONS = {
  getaddrinfo: { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
  getaddrinfoElsewhere: {
    name: "getaddrinfo",
    parameters: ["pointer", "pointer", "pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  freeaddrinfo: { parameters: ["pointer"], result: "void" },
  gai_strerror: { parameters: ["i32"], result: "pointer" },
} as const;

/*
 * `struct addrinfo`, in words: flags, family, type, protocol, length of the address, padding, and three
 * pointers of two words: the address, the name and the next on Linux, the name first on macOS. Sources:
 * glibc, resolv/netdb.h; Apple, Libinfo, lookup.subproj/netdb.h.
 */
const ADDRINFO_WORDS = 12;
const NEXT_OFFSET = 40;
const FLAGS = 0;
const FAMILY = 1;
const TYPE = 2;
const LENGTH = 4;
const ADDRESS_OFFSET = { linux: 24, darwin: 32 } as const;

/** For numbers only. Sources: the same; it is 4 on both. */
const AI_NUMERICHOST = 4;

/** `SOCK_DGRAM`: one of each address will do, and the port is not asked for. */
const ANY_TYPE = 2;

/** Words that a result pointer takes. */
const POINTER_WORDS = 2;

let functions: Opened<typeof FUNCTIONS> | null = null;

const encoder = new TextEncoder();

/**
 * What a name means, found in this thread: it waits for as long as the resolver takes.
 *
 * @param host The name.
 * @param family The family wanted.
 * @returns The first address, as the C library has it, with port 0.
 * @throws {Error} If there is none, worded as Deno words its own.
 */
export function resolve(host: string, family: number): Uint8Array {
  return ask(host, family, 0, ({ getaddrinfo }, ...args) => getaddrinfo(...args));
}

/**
 * All that a name means, found in this thread.
 *
 * @param host The name.
 * @param family The family wanted; 0 for all.
 * @returns The addresses, as the C library has them, in its order.
 * @throws {Error} If there is none, worded as Deno words its own.
 */
export function resolveAll(host: string, family: number): Uint8Array[] {
  const question = new Question(host, family, 0);
  try {
    return question.answers(open().getaddrinfo(...question.pointers));
  } finally {
    question.close();
  }
}

/**
 * What a name means that is a number after all, spelled in an unusual way: with a scope, say.
 *
 * @returns The address, or `null` if the name is no number.
 */
export function resolveNumber(host: string, family: number): Uint8Array | null {
  if (!/^[\d.]+$|:/.test(host)) return null;
  try {
    return ask(host, family, AI_NUMERICHOST, ({ getaddrinfo }, ...args) => getaddrinfo(...args));
  } catch {
    return null;
  }
}

/** How many questions are being asked on the host's pool: they cannot be taken back. */
export const elsewhere = { count: 0 };

/** The same as {@linkcode resolve}, found on a thread of the host's pool. */
export async function resolveElsewhere(host: string, family: number): Promise<Uint8Array> {
  const question = new Question(host, family, 0);
  elsewhere.count++;
  try {
    const { pointers } = question;
    return question.answer(await open().getaddrinfoElsewhere(...pointers));
  } finally {
    elsewhere.count--;
    question.close();
  }
}

type Pointers = readonly [
  host: Deno.PointerValue,
  service: null,
  hints: Deno.PointerValue,
  result: Deno.PointerValue,
];

function ask(
  host: string,
  family: number,
  flags: number,
  call: (functions: Opened<typeof FUNCTIONS>, ...pointers: Pointers) => number,
): Uint8Array {
  const question = new Question(host, family, flags);
  try {
    return question.answer(call(open(), ...question.pointers));
  } finally {
    question.close();
  }
}

function open(): Opened<typeof FUNCTIONS> {
  return functions ??= openLibrary(FUNCTIONS);
}

/** One call of `getaddrinfo`: the hints, room for the result, and the name, in one block. */
class Question {
  readonly pointers: Pointers;
  readonly #block: Block;

  constructor(host: string, family: number, flags: number) {
    const name = encoder.encode(host + "\0");
    const room = ADDRINFO_WORDS + POINTER_WORDS;
    this.#block = allocate(room + Math.ceil(name.length / 4));
    const { pointer, words } = this.#block;
    words.fill(0, 0, room);
    words[FLAGS] = flags;
    words[FAMILY] = systemFamily(family);
    words[TYPE] = ANY_TYPE;
    new Uint8Array(words.buffer).set(name, room * 4);
    const at = (word: number) => Deno.UnsafePointer.offset(pointer, word * 4);
    this.pointers = [at(room), null, pointer, at(ADDRINFO_WORDS)];
  }

  /** What the first result says, copied; or the error for the number that `getaddrinfo` gave. */
  answer(code: number): Uint8Array {
    return this.answers(code)[0]!;
  }

  /** What the results say, one at least. */
  answers(code: number): Uint8Array[] {
    if (code !== 0) throw resolutionError(code);
    const first = new Deno.UnsafePointerView(this.#block.pointer).getPointer(ADDRINFO_WORDS * 4)!;
    const offset = Deno.build.os === "darwin" ? ADDRESS_OFFSET.darwin : ADDRESS_OFFSET.linux;
    const found: Uint8Array[] = [];
    try {
      for (let at: Deno.PointerValue = first; at !== null;) {
        const view: Deno.UnsafePointerView = new Deno.UnsafePointerView(at);
        const length = view.getUint32(LENGTH * 4);
        const address = Deno.UnsafePointerView.getArrayBuffer(view.getPointer(offset)!, length);
        found.push(new Uint8Array(address).slice());
        at = view.getPointer(NEXT_OFFSET);
      }
      return found;
    } finally {
      open().freeaddrinfo(first);
    }
  }

  close(): void {
    free(this.#block);
  }
}

function resolutionError(code: number): Error {
  const text = open().gai_strerror(code);
  const reason = text === null ? `error ${code}` : Deno.UnsafePointerView.getCString(text);
  return new Error(`failed to lookup address information: ${reason}`);
}
