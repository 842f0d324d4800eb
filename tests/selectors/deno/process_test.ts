// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../..", import.meta.url);

/** Runs a program of its own, and gives what it printed and its exit code. */
async function runProgram(program: string): Promise<[output: string, code: number]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", "--no-lock", program],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    // Ends a program that would hang, and the test with it.
    signal: AbortSignal.timeout(20_000),
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return [decode(stdout) + decode(stderr), code];
}

const PRELUDE = `
  import {
    DefaultSelector, EVENT_READ, EVENT_WRITE, Socket
  } from "@asyncio/asyncio/selectors";
  const selector = new DefaultSelector();
  const server = new Socket();
  server.bind(["127.0.0.1", 0]);
  server.listen();
  const address = server.getsockname();
`;

Deno.test("sockets that are not registered do not keep the process alive", async () => {
  const program = `${PRELUDE}
    const client = new Socket();
    client.connectEx(address);
    selector.register(server, EVENT_READ);
    await selector.select();
    const [conn] = server.accept();
    selector.register(conn, EVENT_READ);
    await selector.select(0);
    selector.unregister(conn);
    selector.unregister(server);
    client.tryRecv(1);
    server.tryAccept();
    console.log("end");
  `;
  assertEquals(await runProgram(program), ["end", 0]);
});

Deno.test("a closed selector does not keep the process alive", async () => {
  const program = `${PRELUDE}
    selector.register(server, EVENT_READ);
    await selector.select(0);
    selector.close();
    console.log("end");
  `;
  assertEquals(await runProgram(program), ["end", 0]);
});

Deno.test("a registered socket keeps the process alive", async () => {
  // Nothing but the pending accept holds the process until the timer, which does not, goes off.
  const program = `${PRELUDE}
    selector.register(server, EVENT_READ);
    const client = new Socket();
    Deno.unrefTimer(setTimeout(() => client.connectEx(address), 20));
    selector.select().then(([[key]]) => {
      console.log("ready", key.fileobj === server);
      Deno.exit(7);
    });
  `;
  assertEquals(await runProgram(program), ["ready true", 7]);
});

Deno.test("select() waits for ever where nothing is registered, closing ends it", async () => {
  const program = `${PRELUDE}
    setTimeout(() => console.log("timer"), 20);
    setTimeout(() => selector.close(), 30);
    console.log(await selector.select());
  `;
  assertEquals(await runProgram(program), ["timer\n[]", 0]);
});

Deno.test("what was sent before close() goes out before the process ends", async () => {
  const program = `${PRELUDE}
    const client = new Socket();
    client.connectEx(address);
    selector.register(server, EVENT_READ);
    await selector.select();
    const [conn] = server.accept();
    let sent = 0;
    for (let count; (count = conn.trySend(new Uint8Array(60_000))) !== null;) sent += count;
    conn.close();
    selector.unregister(server);
    server.close();
    let received = 0;
    selector.register(client, EVENT_READ);
    while (true) {
      await selector.select();
      const bytes = client.recv(65536);
      if (bytes.length === 0) break;
      received += bytes.length;
    }
    console.log(received === sent);
    selector.close();
  `;
  assertEquals(await runProgram(program), ["true", 0]);
});

const JAM = `
  /** A socket of the selector's, connected; and what it sends until not even the system has room. */
  async function jam(selector) {
    const sock = selector.createSocket();
    sock.connectEx(address);
    selector.register(sock, EVENT_WRITE);
    let sent = 0;
    while ((await selector.select(0.05)).length > 0) {
      for (let n; (n = sock.trySend(new Uint8Array(60_000))) !== null;) sent += n;
    }
    selector.unregister(sock);
    return [sock, sent];
  }
  const [sock, sent] = await jam(selector);
`;

Deno.test("a peer that reads nothing does not keep the process alive once the loop is closed", async () => {
  for (const close of ["", "sock.close();", "sock.shutdown(1);"]) {
    const program = `${PRELUDE} ${JAM}
      ${close}
      console.log(sock.unsent > 0);
      sock.whenSent((error) => console.log(error.name));
      selector.close();
    `;
    assertEquals(await runProgram(program), ["true\nConnectionAborted", 0], close);
  }
});

Deno.test("what a closed socket has sent goes out after the loop is closed, too", async () => {
  const program = `${PRELUDE} ${JAM}
    selector.register(server, EVENT_READ);
    await selector.select();
    const [conn] = server.accept();
    selector.unregister(server);
    server.close();
    sock.close();
    selector.close();
    const second = new DefaultSelector();
    second.register(conn, EVENT_READ);
    let received = 0;
    for (let bytes;; received += bytes.length) {
      await second.select();
      bytes = conn.recv(1e6);
      if (bytes.length === 0) break;
    }
    console.log(received === sent, sock.unsent);
    second.close();
  `;
  assertEquals(await runProgram(program), ["true 0", 0]);
});

Deno.test({
  name: "a server without descriptors left says so, and goes on when it has some",
  ignore: Deno.build.os === "windows",
  async fn() {
    const program = `
      import { DefaultSelector, EVENT_READ, Socket } from "@asyncio/asyncio/selectors";
      const selector = new DefaultSelector();
      const server = new Socket();
      server.bind(["127.0.0.1", 0]);
      server.listen(300);
      console.log(server.getsockname()[1]);
      selector.register(server, EVENT_READ);
      const conns = [];
      let accepted = 0;
      const errors = new Set();
      while (accepted < 200) {
        await selector.select();
        try {
          for (let one; (one = server.tryAccept()) !== null; accepted++) conns.push(one[0]);
        } catch (error) {
          errors.add(/os error \\d+/.exec(error.message)[0]);
          for (const conn of conns.splice(0)) conn.close();
        }
      }
      console.log([...errors].join());
      for (const conn of conns) conn.close();
      selector.close();
      server.close();
    `;
    const command = ["ulimit -n 120; exec", Deno.execPath(), "eval --ext=ts --no-lock", '"$0"'];
    const child = new Deno.Command("sh", {
      args: ["-c", command.join(" "), program],
      cwd: ROOT,
      stdout: "piped",
      signal: AbortSignal.timeout(20_000),
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const port = Number((await reader.read()).value);
    const clients = await Promise.all(Array.from({ length: 200 }, () => Deno.connect({ port })));
    assertEquals((await reader.read()).value, "os error 24\n");
    await reader.cancel();
    assertEquals((await child.status).code, 0);
    for (const client of clients) client.close();
  },
});

Deno.test("selectors can be imported where there is no Deno", async () => {
  const program = `
    const { log } = console;
    Object.defineProperty(globalThis, "Deno", { get: () => { throw new Error("Deno was used"); } });
    const { BaseSelector, DenoSelector, EVENT_READ, SelectorKey, ValueError } =
      await import("@asyncio/asyncio/selectors");
    const key = new SelectorKey(5, 5, EVENT_READ, null);
    const selector = new DenoSelector();
    log(String(key), selector instanceof BaseSelector, new ValueError().name);
    log(await selector.select(0));
  `;
  const key = "SelectorKey(fileobj=5, fd=5, events=1, data=None) true ValueError";
  assertEquals(await runProgram(program), [`${key}\n[]`, 0]);
});

Deno.test("a missing permission is an error, and no question", async () => {
  const folder = await Deno.makeTempDir();
  const module = new URL("selectors/mod.ts", ROOT).href;
  await Deno.writeTextFile(
    `${folder}/main.ts`,
    PRELUDE.replace("@asyncio/asyncio/selectors", module),
  );
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", `${folder}/main.ts`],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "NotCapable: Requires net access");
  await Deno.remove(folder, { recursive: true });
});
