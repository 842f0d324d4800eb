// Copyright 2026 the asyncio authors. MIT license.

/** The suites of the loop, once more on native sockets, and what is only to be asked of such loops. */

import {
  type Coroutine,
  createTask,
  EventLoop,
  fromPromise,
  gather,
  getRunningLoop,
  nativeEventLoop,
  openConnection,
  run,
  runSync,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  ValueError,
} from "@asyncio/asyncio";
import { NativeSocket, socketpair } from "@asyncio/asyncio/selectors";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { LINUX, NATIVE } from "../selectors/native/_open.ts";
import { openSockets } from "../_open_sockets.ts";
import { EPOLL_LOOP, onLoops } from "../_loop_kinds.ts";

if (LINUX) {
  await onLoops(EPOLL_LOOP, async () => {
    await import("../coroutines/loops/selector_event_loop_test.ts?epoll");
    await import("./streams/streams_test.ts?epoll");
    await import("./streams/unix_test.ts?epoll");
    await import("./transports/datagram_test.ts?epoll");
    await import("./transports/network_event_loop_test.ts?epoll");
    await import("./transports/pipes_test.ts?epoll");
    await import("./transports/sendfile_test.ts?epoll");
    await import("./transports/server_test.ts?epoll");
    await import("./transports/tls_test.ts?epoll");
  });
}

const native: typeof Deno.test = NATIVE ? Deno.test : Deno.test.ignore as typeof Deno.test;

native("nativeEventLoop() has sockets of the operating system's", async () => {
  const loop = nativeEventLoop({ debug: true });
  assertInstanceOf(loop, EventLoop);
  assertEquals(loop.getDebug(), true);
  const sock = loop.createSocket();
  assertInstanceOf(sock, NativeSocket);
  assertEquals(sock.getblocking(), false);
  sock.close();
  loop.close();
  await loop.closed;
});

native("run() on a native loop leaves nothing behind, in whichever way it ends", async () => {
  const options = { loopFactory: nativeEventLoop };
  assertEquals(await run(sleep(0.001, 42), options), 42);
  const failing = () =>
    run(async () => {
      await sleep(0);
      throw new ValueError("wrong");
    }, options);
  await assertRejects(failing, ValueError, "wrong");
});

native("what the host does goes on beside a native loop", async () => {
  const seen: string[] = [];
  const timer = setInterval(() => seen.push("host"), 1);
  await run(async () => {
    const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("answer"));
    for (let i = 0; i < 20; i++) await sleep(0.001);
    const response = await fetch(`http://127.0.0.1:${server.addr.port}`);
    seen.push(await response.text());
    await server.shutdown();
  }, { loopFactory: nativeEventLoop });
  clearInterval(timer);
  assert(seen.includes("host"));
  assert(seen.includes("answer"));
});

/** Sends back what it receives, from a thread of its own, until the other end is closed. */
function echoElsewhere(sock: NativeSocket): Promise<void> {
  const program = `
    import { NativeSocket } from ${
    JSON.stringify(import.meta.resolve("@asyncio/asyncio/selectors"))
  };
    using sock = new NativeSocket(undefined, undefined, 0, ${sock.detach()});
    for (let data; (data = sock.recv(100)).length > 0;) sock.sendall(data);
    postMessage("closed");
  `;
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = () => {
      worker.terminate();
      URL.revokeObjectURL(url);
      resolve();
    };
  });
}

native("the host goes on beside a native loop that is never long without a message", async () => {
  const [left, right] = socketpair();
  const closed = echoElsewhere(right);
  left.setblocking(false);
  const ticks = { timer: 0, read: 0 };
  const timer = setInterval(() => ticks.timer++, 1);
  const read = async () => {
    while (ticks.read < 20) {
      await Deno.stat(new URL(import.meta.url));
      ticks.read++;
    }
  };
  const reading = read();
  await run(function* () {
    const loop = getRunningLoop();
    while (ticks.timer < 20 || ticks.read < 20) {
      yield* loop.sockSendall(left, "x");
      assertEquals((yield* loop.sockRecv(left, 100)).length, 1);
    }
  }, { loopFactory: nativeEventLoop });
  clearInterval(timer);
  await reading;
  left.close();
  await closed;
});

native("two native loops run at once, each on its own", async () => {
  const serve = (text: string) =>
    run(async () => {
      const server = await startServer(
        (_, writer) => {
          writer.write(text);
          writer.close();
        },
        "127.0.0.1",
        0,
      );
      const [host, port] = server.sockets[0].getsockname();
      const [reader, writer] = await openConnection(host, port);
      const received = new TextDecoder().decode(await reader.read());
      writer.close();
      server.close();
      await server.waitClosed();
      return received;
    }, { loopFactory: nativeEventLoop });
  assertEquals(await Promise.all(["a", "b", "c"].map(serve)), ["a", "b", "c"]);
});

function* burst(): Coroutine<void> {
  const echo = function* (reader: StreamReader, writer: StreamWriter): Coroutine<void> {
    writer.write(yield* reader.readline());
    writer.close();
  };
  const server = yield* startServer(echo, "127.0.0.1", 0, { backlog: 2000 });
  const [host, port] = server.sockets[0].getsockname();
  const lines = Array.from({ length: 400 }, (_, i) => `${i}\n`);
  const answers = yield* gather(...lines.map(function* (line) {
    const [reader, writer] = yield* openConnection(host, port);
    writer.write(line);
    const answer = new TextDecoder().decode(yield* reader.read());
    writer.close();
    yield* writer.waitClosed();
    return answer;
  }));
  assertEquals(answers, lines);
  server.close();
  yield* server.waitClosed();
}

native("a native loop loses nobody in a burst of connections", async () => {
  const before = LINUX ? openSockets() : new Set();
  await run(burst(), { loopFactory: nativeEventLoop });
  runSync(burst);
  if (LINUX) assertEquals(openSockets().difference(before), new Set());
});

// Programs of their own.

async function runProgram(
  name: string,
  permissions = "--allow-all",
): Promise<{ code: number; output: string; errors: string }> {
  const program = new URL("_programs/native.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", permissions, "--no-check", "--no-prompt", program, name],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

native("a program on a native loop needs no permission but --allow-ffi", async () => {
  const { code, output } = await runProgram("leftOpen", "--allow-ffi");
  assertEquals([code, output], [0, "5\nend\n"]);
  const refused = await runProgram("leftOpen", "--allow-net");
  assertEquals(refused.output, "NotCapable\nend\n");
});

native("a program on a native loop ends by itself", async () => {
  assertEquals(await runProgram("many"), { code: 0, output: "end\n", errors: "" });
  const unclosed = await runProgram("unclosed");
  assertEquals([unclosed.code, unclosed.output], [0, "end\n"]);
});

for (const name of ["exhausted", "exhaustedSync"]) {
  native(
    `a server out of descriptors says so, and accepts again a second later (${name})`,
    async () => {
      const program = new URL("_programs/native.ts", import.meta.url).href;
      const deno = [Deno.execPath(), "run", "--allow-ffi", "--no-check", program, name];
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", 'ulimit -n 60 && exec "$@"', "sh", ...deno],
        env: { NO_COLOR: "1" },
      }).output();
      const told = "socket.accept() out of system resource EMFILE <TransportSocket\n";
      const served = "served\n".repeat(5);
      const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals([output, errors], [`EMFILE\n${told}${served}true\nend\n`, ""]);
    },
  );
}

native("a program that waits for what will never come is told so by the host", async () => {
  const { code, errors } = await runProgram("forNothing");
  assertEquals(code, 1);
  assertMatch(errors, /Top-level await promise never resolved/);
});

native("a native loop that waits for nothing hears of what comes from outside", async () => {
  assertEquals(await runProgram("forTheHost"), { code: 0, output: "timer\nend\n", errors: "" });
  assertEquals(await runProgram("fromOutside"), { code: 0, output: "5\nend\n", errors: "" });
});

native("a program on a native loop reads its standard input and writes its output", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-ffi",
      "--no-check",
      new URL("_programs/native.ts", import.meta.url).href,
      "filter",
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = "line\n".repeat(100_000);
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const { code, stdout } = await child.output();
  await written;
  assertEquals(code, 0);
  assert(new TextDecoder().decode(stdout).startsWith(input + "copied\n"));
});

native("Ctrl-C interrupts a program that waits on a native loop", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      new URL("_programs/native.ts", import.meta.url).href,
      "interrupted",
    ],
    stdout: "piped",
  }).spawn();
  let output = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (output === "") child.kill("SIGINT");
    output += piece;
  }
  assertEquals([output, (await child.status).code], ["ready\nKeyboardInterrupt\nend\n", 0]);
});

for (
  const [form, spin] of [
    ["async", async (isOver: () => boolean) => {
      while (!isOver()) await sleep(0);
    }],
    ["generator", function* (isOver: () => boolean) {
      while (!isOver()) yield;
    }],
  ] as const
) {
  native(`the host has its turns beside a native loop that is always busy (${form})`, async () => {
    await run(async () => {
      let over = false;
      const spinner = createTask(() => spin(() => over) as Coroutine<void>);
      const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("answer"));
      const response = await fromPromise(fetch(`http://127.0.0.1:${server.addr.port}`));
      assertEquals(await fromPromise(response.text()), "answer");
      over = true;
      await spinner;
      await fromPromise(server.shutdown());
    }, { loopFactory: nativeEventLoop });
  });
}
