// Copyright 2026 the asyncio authors. MIT license.

import { run } from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runServer } from "../../examples/http_server.ts";
import { assertRefuses, assertStops, commandOf, Program, reset, talk } from "./_program.ts";

const PATH = "http_server.ts";
const PUBLIC = new URL("../../examples/public/", import.meta.url);

/** A response, taken to pieces. */
interface Answer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The responses in a stream. Each must be as long as it says. */
function answersIn(stream: string, heads = false): Answer[] {
  const answers: Answer[] = [];
  let bytes = new TextEncoder().encode(stream);
  while (bytes.length > 0) {
    const text = new TextDecoder("latin1").decode(bytes);
    const end = text.indexOf("\r\n\r\n");
    const [statusLine, ...lines] = text.slice(0, end).split("\r\n");
    assertMatch(statusLine!, /^HTTP\/1\.1 \d{3} [A-Z]/);
    const fields = new Map(lines.map((line) => {
      const [, name, value] = /^([A-Z][\w-]+): (.*)$/.exec(line)!;
      return [name!.toLowerCase(), value!];
    }));
    const size = heads ? 0 : Number(fields.get("content-length"));
    assert(bytes.length >= end + 4 + size, "the body is cut short");
    const body = new TextDecoder().decode(bytes.subarray(end + 4, end + 4 + size));
    answers.push({ status: Number(statusLine!.split(" ")[1]), fields, body });
    bytes = bytes.subarray(end + 4 + size);
  }
  return answers;
}

/** A request, by default one that ends the connection. */
function request(target: string, fields = "Connection: close\r\n", method = "GET"): string {
  return `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;
}

async function ask(port: number, text: string): Promise<Answer> {
  const [answer, ...more] = answersIn(await talk(port, text), text.startsWith("HEAD"));
  assertEquals(more, []);
  return answer!;
}

/** Runs the server in this process, on a folder of its own with these files. */
async function serveFiles(
  files: Record<string, Uint8Array>,
  body: (port: number, root: string) => Promise<void>,
  timeout = 15,
): Promise<void> {
  const root = await Deno.makeTempDir();
  const { log } = console;
  const printed = Promise.withResolvers<string>();
  console.log = printed.resolve;
  const stop = new AbortController();
  try {
    for (const [name, data] of Object.entries(files)) await Deno.writeFile(`${root}/${name}`, data);
    const server = run(() => runServer("127.0.0.1", 0, root, timeout, stop.signal));
    const ended = server.catch((error) => error);
    try {
      await body(Number(/(\d+)\/$/.exec(await printed.promise)![1]), root);
    } finally {
      stop.abort();
      assertEquals((await ended).name, "CancelledError");
    }
  } finally {
    console.log = log;
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("http_server serves files, with their types", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  for (
    const [target, name, type] of [
      ["/", "index.html", "text/html; charset=utf-8"],
      ["/index.html", "index.html", "text/html; charset=utf-8"],
      ["/style.css", "style.css", "text/css; charset=utf-8"],
      ["/style%2Ecss?v=1", "style.css", "text/css; charset=utf-8"],
      ["http://localhost/style.css", "style.css", "text/css; charset=utf-8"],
    ] as const
  ) {
    const { status, fields, body } = await ask(port, request(target));
    assertEquals([status, fields.get("content-type")], [200, type]);
    assertEquals(body, await Deno.readTextFile(new URL(name, PUBLIC)));
    assert(!Number.isNaN(Date.parse(fields.get("date")!)));
    const head = await ask(port, request(target, undefined, "HEAD"));
    assertEquals([head.status, head.body], [200, ""]);
    assertEquals(head.fields.get("content-length"), fields.get("content-length"));
  }
  await assertStops(server, port);
});

Deno.test("http_server answers its routes in JSON, and a browser's fetch()", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const { fields, body } = await ask(port, request("/api/hello?name=J%C3%A9r%C3%B4me"));
  assertEquals(fields.get("content-type"), "application/json");
  assertEquals(JSON.parse(body), { hello: "Jérôme" });
  using client = Deno.createHttpClient({});
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`http://localhost:${port}/api/hello`, { client });
    assertEquals([response.status, await response.json()], [200, { hello: "world" }]);
  }
  const { time } = JSON.parse((await ask(port, request("/api/time"))).body);
  assert(Math.abs(Date.parse(time) - Date.now()) < 3_600_000);
  await assertStops(server, port, "SIGTERM");
});

Deno.test("http_server keeps connections alive, and answers in order what is pipelined", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const targets = Array.from({ length: 50 }, (_, i) => `/api/hello?name=${i}`);
  const pipelined = targets.map((target) => request(target, "")).join("");
  const answers = answersIn(await talk(port, pipelined + request("/style.css")));
  assertEquals(answers.length, 51);
  const hellos = answers.slice(0, 50);
  assertEquals(hellos.map(({ body }) => JSON.parse(body).hello), targets.map((_, i) => `${i}`));
  assertEquals(new Set(hellos.map(({ fields }) => fields.get("connection"))).size, 1);
  assertEquals(answers[0]!.fields.get("connection"), "keep-alive");
  assertEquals(answers[50]!.fields.get("connection"), "close");

  // A request may come in pieces.
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  for (const piece of request("/api/hello").match(/.{1,7}/gs)!) {
    await conn.write(new TextEncoder().encode(piece));
  }
  const [answer] = answersIn(await new Response(conn.readable).text());
  assertEquals(answer!.body, '{"hello":"world"}\n');
  await assertStops(server, port);
});

Deno.test("http_server speaks HTTP/1.0", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const old = (fields: string) => `GET /api/hello HTTP/1.0\r\n${fields}\r\n`;
  const [once] = answersIn(await talk(port, old("")));
  assertEquals([once!.status, once!.fields.get("connection")], [200, "close"]);
  const twice = answersIn(await talk(port, old("Connection: keep-alive\r\n") + old("")));
  assertEquals(twice.map(({ fields }) => fields.get("connection")), ["keep-alive", "close"]);
});

Deno.test("http_server shows nothing that is not below its folder", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  for (
    const target of [
      "/missing.html",
      "/../http_server.ts",
      "/../../README.md",
      "/%2e%2e/http_server.ts",
      "/..%2fhttp_server.ts",
      "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
      "/..%5chttp_server.ts",
      "/..\\http_server.ts",
      "//etc/passwd",
      "/etc/passwd",
      "/index.html/",
      "/index.html%00.css",
      "/.",
      "/api",
      "/__proto__",
      "/constructor",
      `/${"a".repeat(5000)}`,
    ]
  ) {
    const { status, body } = await ask(port, request(target));
    if (target === "/.") assertEquals(status, 200);
    else assertEquals([status, body], [404, '{"error":"Not Found"}\n'], target);
  }
  await assertStops(server, port);
});

Deno.test("http_server does not follow links out of its folder", async () => {
  const text = new TextEncoder().encode("secret");
  await serveFiles({ "inside.txt": text }, async (port, root) => {
    const outside = await Deno.makeTempFile();
    await Deno.symlink(outside, `${root}/outside.txt`);
    await Deno.symlink("inside.txt", `${root}/alias.txt`);
    await Deno.mkdir(`${root}/folder`);
    for (const [name, status] of Object.entries({ inside: 200, alias: 200, outside: 404 })) {
      assertEquals((await ask(port, request(`/${name}.txt`))).status, status, name);
    }
    assertEquals((await ask(port, request("/folder"))).status, 404);
    assertEquals((await ask(port, request("/folder/"))).status, 404);
    await Deno.remove(outside);
  });
});

Deno.test("http_server refuses bad requests, and ends the connection", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const many = (count: number) => "X-Field: x\r\n".repeat(count);
  for (
    const [status, text] of [
      [400, "nonsense\r\n\r\n"],
      [400, "\r\n\r\n"],
      [400, "GET / HTTP/1.1 more\r\nHost: a\r\n\r\n"],
      [400, "GET  HTTP/1.1\r\nHost: a\r\n\r\n"],
      [400, "GET / HTTP/1.1\r\n\r\n"],
      [400, request("/", "No colon\r\n")],
      [400, request("/", "Space : x\r\n")],
      [400, request("/", "X: a\nb\r\n")],
      [400, request("/", " folded\r\n")],
      [400, request("/%zz")],
      [400, request("*")],
      [505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"],
      [431, request("/", many(100))],
      [431, request("/", `X: ${"x".repeat(20_000)}\r\n`)],
      [431, "x".repeat(100_000)],
    ] as const
  ) {
    // What follows is not to be taken for a request.
    const { status: got, fields } = await ask(port, text + request("/"));
    assertEquals([got, fields.get("connection")], [status, "close"], JSON.stringify(text));
  }
  assertEquals((await ask(port, request("/", "Connection: close\r\n" + many(97)))).status, 200);
  await assertStops(server, port);
});

Deno.test("http_server refuses other methods, and keeps no connection with a body", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const body = "x".repeat(1_000_000);
  for (
    const [text, connection] of [
      [request("/", "", "DELETE") + request("/api/hello"), "keep-alive"],
      [request("/", "", "get") + request("/api/hello"), "keep-alive"],
      [request("/", `Content-Length: ${body.length}\r\n`, "POST") + body, "close"],
      [request("/", "Transfer-Encoding: chunked\r\n", "PUT") + "1\r\nx\r\n0\r\n\r\n", "close"],
    ] as const
  ) {
    const [answer, ...more] = answersIn(await talk(port, text));
    assertEquals([answer!.status, answer!.fields.get("allow")], [405, "GET, HEAD"]);
    assertEquals(answer!.fields.get("connection"), connection);
    assertEquals(more.length, connection === "close" ? 0 : 1);
  }
  await assertStops(server, port);
});

Deno.test("http_server sends large files, to the byte", async () => {
  const data = Uint8Array.from({ length: 5_000_001 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
  await serveFiles({ "large.bin": data, "empty.txt": new Uint8Array() }, async (port) => {
    using client = Deno.createHttpClient({});
    const get = (name: string) => fetch(`http://127.0.0.1:${port}/${name}`, { client });
    const bodies = await Promise.all([1, 2, 3].map(async () => (await get("large.bin")).bytes()));
    for (const body of bodies) {
      assertEquals(body.length, data.length);
      assert(body.every((byte, i) => byte === data[i]));
    }
    const empty = await get("empty.txt");
    assertEquals([empty.status, await empty.text()], [200, ""]);
  });
});

Deno.test("http_server gives up clients that do nothing, or do not read", async () => {
  const data = new Uint8Array(50_000_000);
  await serveFiles({ "large.bin": data }, async (port) => {
    // Says nothing; begins and does not go on; has been answered and stays.
    assertEquals(await talk(port, ""), "");
    assertEquals(await talk(port, "GET / HT"), "");
    assertEquals(answersIn(await talk(port, request("/api/hello", ""))).length, 1);
    // Does not read what it has asked for.
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode(request("/large.bin")));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    let received = 0;
    try {
      for await (const chunk of conn.readable) received += chunk.length;
    } catch (error) {
      assert(error instanceof Deno.errors.ConnectionReset);
    }
    assert(received < data.length, "all of it was sent");
  }, 0.2);
});

Deno.test("http_server serves a hundred clients at once, whatever others do", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  await reset(port);
  const half = await Deno.connect({ hostname: "127.0.0.1", port });
  await half.write(new TextEncoder().encode("GET / HTTP/1.1\r\n"));
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => ask(port, request(`/api/hello?name=${i}`))),
  );
  assertEquals(answers.map(({ body }) => JSON.parse(body).hello), answers.map((_, i) => `${i}`));
  // Some that go without waiting for their answers.
  for (let i = 0; i < 10; i++) {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode(request("/", "").repeat(20)));
  }
  await assertStops(server, port);
  half.close();
});

for (const selector of ["deno", "epoll"]) {
  Deno.test({
    name: `http_server out of descriptors says so, and goes on when it has some (${selector})`,
    ignore: Deno.build.os === "windows" || selector === "epoll" && Deno.build.os !== "linux",
    async fn() {
      const command = commandOf(PATH).toSpliced(1, 0, "--allow-ffi");
      const limited = ["-c", 'ulimit -n 60 && exec "$@"', "sh", Deno.execPath(), ...command];
      const child = new Deno.Command("sh", {
        args: [...limited, "--port", "0", "--selector", selector],
        cwd: new URL("../../", import.meta.url),
        env: { NO_COLOR: "1" },
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const stdout = child.stdout.getReader();
      const line = new TextDecoder().decode((await stdout.read()).value);
      const port = Number(/(\d+)\/\n$/.exec(line)![1]);

      const text = new TextEncoder().encode(request("/api/hello"));
      const conns = await Promise.all(
        Array.from({ length: 80 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
      );
      const [complaint, rest] = child.stderr.tee();
      await complaint.getReader().read();
      // Those that it has accepted are served, and make room for the others.
      const answers = await Promise.all(conns.map(async (conn) => {
        await conn.write(text);
        return answersIn(await new Response(conn.readable).text())[0]!.status;
      }));
      assertEquals(answers, Array(80).fill(200));

      child.kill("SIGINT");
      const stderr = await new Response(rest).text();
      assertMatch(stderr, /^socket\.accept\(\) out of system resource\n/);
      assertEquals((await child.status).code, 0);
      await stdout.cancel();
    },
  });
}

/** Runs a program of the system's, if it is there. */
async function tryRun(command: string, ...args: string[]): Promise<string | null> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, { args }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

Deno.test("http_server is accepted by curl and wrk, where they are installed", async () => {
  await using server = new Program(PATH, "--port", "0");
  const port = await server.port();
  const url = `http://localhost:${port}`;
  const curl = (...args: string[]) => tryRun("curl", "--silent", "--show-error", ...args);
  const got = await curl("--write-out", "%{http_code} %{num_connects}\n", `${url}/api/hello`);
  if (got !== null) {
    assertEquals(got, '{"hello":"world"}\n200 1\n');
    // The second request goes through the same connection.
    const twice = await curl("--write-out", "%{num_connects}\n", url, `${url}/style.css`);
    assertMatch(twice!, /^1\n[\s\S]*^0\n$/m);
    assertMatch((await curl("--head", url))!, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
    assertMatch((await curl("--data", "x=1", "--include", url))!, /^HTTP\/1\.1 405 /);
  }
  const report = await tryRun("wrk", "-t1", "-c16", "-d1s", `${url}/api/hello`);
  if (report !== null) {
    assertMatch(report, /[1-9]\d* requests in/);
    assert(!/Non-2xx|Socket errors/.test(report), report);
  }
  await assertStops(server, port);
});

Deno.test("http_server refuses what it cannot do, in a line", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const inUse = new RegExp(`^Cannot serve on localhost:${port}: Address already in use`);
  await Promise.all([
    assertRefuses({ code: 2, message: /--port must be .*abc/ }, PATH, "--port", "abc"),
    assertRefuses({ code: 2, message: /--timeout must be .*-1/ }, PATH, "--timeout", "-1"),
    assertRefuses({ code: 2, message: /Unknown option: --prot/ }, PATH, "--prot", "1"),
    assertRefuses({ code: 1, message: inUse }, PATH, "--port", `${port}`),
    assertRefuses(
      { code: 1, message: /^Cannot serve on localhost:8000: No such file/ },
      PATH,
      "--root",
      "examples/public/missing",
    ),
    assertRefuses(
      { code: 1, message: /^Cannot serve on localhost:8000: Requires read access/ },
      PATH,
      "--root",
      "tests",
    ),
  ]);
});
