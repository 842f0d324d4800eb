// Copyright 2026 the asyncio authors. MIT license.

/** As much of Redis as the program asks for. `deno task interop` has the real one. */
export class FakeRedis implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #values = new Map<string, string>();
  readonly #ended: Promise<void>;

  constructor() {
    this.#ended = this.#serve();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #serve(): Promise<void> {
    for await (const conn of this.#listener) await this.#talk(conn);
  }

  async #talk(conn: Deno.Conn): Promise<void> {
    let text = "";
    for await (const piece of conn.readable.pipeThrough(new TextDecoderStream())) {
      text += piece;
      let replies = "";
      for (let match; (match = /^\*(\d+)\r\n/.exec(text)) !== null;) {
        const words = wordsOf(text.slice(match[0].length), Number(match[1]));
        if (words === null) break;
        text = words.rest;
        replies += this.#reply(...words.words as [string, string, string]);
      }
      const writer = conn.writable.getWriter();
      await writer.write(new TextEncoder().encode(replies));
      writer.releaseLock();
    }
  }

  #reply(command: string, key: string, value: string): string {
    const old = this.#values.get(key);
    if (command === "PING") return "+PONG\r\n";
    if (command === "SET") {
      this.#values.set(key, value);
      return "+OK\r\n";
    }
    if (command === "GET") return old === undefined ? "$-1\r\n" : `$${size(old)}\r\n${old}\r\n`;
    if (command === "DEL") return `:${Number(this.#values.delete(key))}\r\n`;
    if (old !== undefined && !/^\d+$/.test(old)) {
      return "-ERR value is not an integer or out of range\r\n";
    }
    this.#values.set(key, String(Number(old ?? 0) + 1));
    return `:${this.#values.get(key)}\r\n`;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }

  get ended(): Promise<void> {
    return this.#ended;
  }
}

function size(text: string): number {
  return new TextEncoder().encode(text).length;
}

function wordsOf(text: string, count: number): { words: string[]; rest: string } | null {
  const words: string[] = [];
  for (; words.length < count;) {
    const head = /^\$(\d+)\r\n/.exec(text);
    if (head === null) return null;
    const bytes = new TextEncoder().encode(text.slice(head[0].length));
    const length = Number(head[1]);
    if (bytes.length < length + 2) return null;
    words.push(new TextDecoder().decode(bytes.subarray(0, length)));
    text = new TextDecoder().decode(bytes.subarray(length + 2));
  }
  return { words, rest: text };
}
