// Copyright 2026 the asyncio authors. MIT license.

/** A connection to V8's inspector in another process: the Chrome DevTools Protocol over a WebSocket. */

/** A value in the other process, as far as it is told. */
export interface RemoteObject {
  readonly type: string;
  readonly value?: unknown;
  readonly objectId?: string;
  readonly description?: string;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

interface Call {
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
}

/** How long the other process may take to answer, in milliseconds. */
const PATIENCE = 10_000;

/** One connection. Whoever opens it closes it, and so gives back all that it holds over there. */
export class Inspector {
  // Invariant: #calls are those without an answer; none once it is closed.
  readonly #socket: WebSocket;
  readonly #calls = new Map<number, Call>();
  readonly #listeners = new Map<string, (params: Record<string, unknown>) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)));
    socket.onclose = () => this.#failAll(new Error("the program has closed the connection"));
  }

  /** Connects to the `webSocketDebuggerUrl` of a program. */
  static async connect(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    await within(
      new Promise<void>((resolve, reject) => {
        socket.onopen = () => resolve();
        socket.onerror = () => reject(new Error(`cannot connect to ${url}`));
      }),
      () => socket.close(),
    );
    socket.onerror = null;
    return new Inspector(socket);
  }

  /** Calls `listener` at each event of a kind. */
  on(event: string, listener: (params: Record<string, unknown>) => void): void {
    this.#listeners.set(event, listener);
  }

  /** Calls a method of the protocol. Rejects with its error, or if it takes too many milliseconds. */
  call(
    method: string,
    params: object = {},
    patience: number = PATIENCE,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answer = new Promise<Record<string, unknown>>((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        return reject(new Error("the program has closed the connection"));
      }
      this.#calls.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    return within(answer, () => this.#calls.delete(id), patience);
  }

  /** Calls a method whose answer is `result`; throws what the code over there has thrown. */
  async evaluate(method: string, params: object): Promise<RemoteObject> {
    const { result, exceptionDetails } = await this.call(method, params) as {
      result: RemoteObject;
      exceptionDetails?: { text: string; exception?: RemoteObject };
    };
    if (exceptionDetails === undefined) return result;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  /** Ends the connection, and waits until it has ended. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await within(
      new Promise<void>((resolve) => {
        this.#socket.onclose = () => resolve();
        this.#socket.close();
      }),
      () => {},
    ).catch(() => {});
    this.#failAll(new Error("closed"));
  }

  #hear({ id, method, params, result, error }: Message): void {
    if (method !== undefined) return this.#listeners.get(method)?.(params ?? {});
    const call = this.#calls.get(id ?? 0);
    this.#calls.delete(id ?? 0);
    if (error !== undefined) call?.reject(new Error(error.message));
    else call?.resolve(result ?? {});
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}

/** What a promise gives, unless it takes too long. */
async function within<T>(
  promise: Promise<T>,
  giveUp: () => void,
  patience: number = PATIENCE,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1000} s`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
