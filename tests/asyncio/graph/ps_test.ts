// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";

const PS = new URL("../../../asyncio/graph/ps.ts", import.meta.url).href;

const isUnix = Deno.build.os !== "windows";
/** Elsewhere the system does not tell where the inspector of a process listens. */
const isLinux = Deno.build.os === "linux";

/** Runs a program until `use` has been through, which is called when it has said that it is ready. */
async function withProgram<T>(
  name: string,
  env: Record<string, string>,
  use: (pid: number, child: Deno.ChildProcess) => Promise<T>,
  flags: readonly string[] = [],
): Promise<T> {
  const program = new URL(`_programs/${name}.ts`, import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", ...flags, program],
    env,
    stdout: "piped",
    // The inspector says there that it listens.
    stderr: flags.length > 0 ? "null" : "inherit",
  }).spawn();
  const output = child.stdout.getReader();
  try {
    const { value } = await output.read();
    assertEquals(new TextDecoder().decode(value), "ready\n");
    return await use(child.pid, child);
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // The test has ended it.
    }
    await child.status;
    await output.cancel();
    await removeSocket(child.pid);
  }
}

/** What a program leaves that is killed. */
async function removeSocket(pid: number): Promise<void> {
  try {
    await Deno.remove(`/tmp/asyncio-${pid}.sock`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function ps(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", PS, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

const DEBUG = { ASYNCIO_DEBUG: "1" };

Deno.test(
  { name: "ps shows the tasks of a running program as a tree", ignore: !isUnix },
  async () => {
    await withProgram("pipeline", DEBUG, async (pid) => {
      const { code, out } = await ps(String(pid));
      assertEquals(code, 0);
      assertMatch(out, /^└── \(T\) Task-1\n {4}└── {2}main .*pipeline\.ts:\d+\n/);
      assertMatch(
        out,
        /── \(T\) consumer\n.*consume .*pipeline\.ts:\d+\n.*Queue\.get .*queue\.ts:\d+\n/,
      );
      assertMatch(out, /── \(T\) async consumer\n.*consumeAsync .*pipeline\.ts:\d+\n/);
      assertMatch(out, /└── waits for \d+\.\d s: get\(\) of Queue 0x\d+\n/);
    });
  },
);

Deno.test({ name: "ps --table shows a line for each task", ignore: !isUnix }, async () => {
  await withProgram("pipeline", DEBUG, async (pid) => {
    const { code, out } = await ps("--table", String(pid));
    assertEquals(code, 0);
    const [head, , ...rows] = out.trimEnd().split("\n");
    assertMatch(head!, /^task id {2,}task name/);
    assertEquals(rows.map((row) => row.split(/ {2,}/)[1]), [
      "Task-1",
      "consumer",
      "async consumer",
    ]);
    assertStringIncludes(rows[1]!, "Queue.get -> consume");
  });
});

Deno.test(
  { name: "ps names tasks that wait for each other as a deadlock", ignore: !isUnix },
  async () => {
    await withProgram("deadlock", DEBUG, async (pid) => {
      for (const option of ["--tree", "--table"]) {
        const { out } = await ps(option, String(pid));
        assertMatch(out, /^deadlock: Gilbert → Sullivan → Gilbert\n/);
        assertMatch(out, /waitFor/);
      }
    });
  },
);

Deno.test({ name: "ps shows who waits for the host", ignore: !isUnix }, async () => {
  await withProgram("host", DEBUG, async (pid) => {
    const { out } = await ps(String(pid));
    assertEquals(out, "└── (T) Task-1\n    └──  main\n");
  });
});

Deno.test("ps says what it needs of a program that does not answer", async () => {
  await withProgram("pipeline", { ASYNCIO_DEBUG: "" }, async (pid) => {
    const { code, error } = await ps(String(pid));
    assertEquals(code, 1);
    assertMatch(error, /^process \d+ cannot be asked: [^]*ASYNCIO_DEBUG=1/);
  });
});

/** V8's inspector, at a port that the system chooses; nothing else. */
const INSPECT = ["--inspect=127.0.0.1:0"];

Deno.test({
  name: "ps tells where the functions of a program are that has only an inspector",
  ignore: !isLinux,
}, async () => {
  await withProgram("inside", {}, async (pid) => {
    const { code, out, error } = await ps(String(pid));
    assertEquals([code, error], [0, ""]);
    const tree = out.replaceAll(/\S*\/(\w+\.ts)/g, "$1").split("\n");
    const line = (text: string) => tree.findIndex((one) => one.endsWith(text));
    const under = (...texts: string[]) => {
      const at = line(texts[0]!);
      assert(at >= 0, `${texts[0]} in\n${out}`);
      texts.forEach((text, i) => assertStringIncludes(tree[at + i]!, text));
    };
    under("(T) generators", "outer inside.ts:23", "inner inside.ts:28", "asyncWith async_with.ts");
    under(" held inside.ts:29", "waits: sleep()");
    under("(T) functions", "Server.serve inside.ts:35", "asyncWith async_with.ts");
    under(
      "<lambda> inside.ts:36",
      "Server.#receive inside.ts:41",
      "waits: get() of Queue 0x2, sleep()",
    );
    under("(T) not begun here", " get", "waits: get() of Queue 0x2");
    under("(T) both", "<lambda> inside.ts:49", "inner inside.ts:28");
  }, INSPECT);
});

Deno.test({
  name: "ps by an inspector shows a table, and names a deadlock",
  ignore: !isLinux,
}, async () => {
  await withProgram("deadlock", {}, async (pid) => {
    const { code, out } = await ps("--table", String(pid));
    assertEquals(code, 0);
    assertMatch(out, /^deadlock: Gilbert → Sullivan → Gilbert\n/);
    assertMatch(out, /Sullivan +waitFor +waitFor +Gilbert/);
  }, INSPECT);
});

Deno.test({
  name: "ps by an inspector leaves the program as it was",
  ignore: !isLinux,
}, async () => {
  await withProgram("counter", {}, async (pid, child) => {
    await Promise.all([ps(String(pid)), ps(String(pid))]);
    await ps(String(pid));
    child.kill("SIGUSR2");
    const { code } = await child.status;
    assertEquals(code, 7);
  }, INSPECT);
});

Deno.test({
  name: "ps by an inspector says where a program is busy that never comes to its loop",
  ignore: !isLinux,
}, async () => {
  await withProgram("busy", {}, async (pid) => {
    const { code, out, error } = await ps(String(pid));
    assertEquals(code, 0);
    assertMatch(out, /\(T\) sleeper\n.*sleep\n.*waits: sleep\(\)\n/);
    assertMatch(error, /^no lines: the program has been busy for 5 s[^]*main \S*busy\.ts:1[12]\n/);
  }, INSPECT);
});

Deno.test("ps asks the inspector at an address, and says if there is none", async () => {
  const port = freePort();
  await withProgram("deadlock", {}, async () => {
    for (const address of [`127.0.0.1:${port}`, `ws://127.0.0.1:${port}/some-id`]) {
      const { out } = await ps(address);
      assertMatch(out, /\(T\) Gilbert/);
    }
  }, [`--inspect=127.0.0.1:${port}`]);
  const { code, error } = await ps(`127.0.0.1:${port}`);
  assertEquals([code, error], [
    1,
    `no inspector answers at 127.0.0.1:${port}: the program has to be started with --inspect\n`,
  ]);
});

Deno.test("ps is not misled by a server that is no inspector", async () => {
  const replies = [
    "[]",
    "null",
    "[null, {}]",
    "<html>",
    JSON.stringify([{ title: 1, webSocketDebuggerUrl: 2 }]),
  ];
  for (const reply of replies) {
    await using server = Deno.serve({ port: 0, onListen() {} }, () => new Response(reply));
    const { code, error } = await ps(`127.0.0.1:${server.addr.port}`);
    assertEquals(code, 1);
    assertMatch(error, /^no inspector answers at /);
  }
});

Deno.test("ps says so when an inspector goes away in the midst of its answer", async () => {
  await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    if (request.headers.get("upgrade") !== "websocket") {
      const url = `ws://${new URL(request.url).host}/`;
      return Response.json([{ title: "deno", webSocketDebuggerUrl: url }]);
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = () => socket.close();
    return response;
  });
  const { code, error } = await ps(`127.0.0.1:${server.addr.port}`);
  assertEquals(code, 1);
  assertMatch(error, /does not tell the tasks: the program has closed the connection\n$/);
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** What a program is told that asks on the socket of a process, if somebody else listens there. */
async function psOfImpostor(reply: (conn: Deno.Conn) => Promise<void>) {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const path = `/tmp/asyncio-${child.pid}.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const answered = (async () => {
    using conn = await listener.accept();
    await reply(conn);
  })();
  try {
    return await ps(String(child.pid));
  } finally {
    await answered;
    listener.close();
    child.kill("SIGKILL");
    await child.status;
    await removeSocket(child.pid);
  }
}

const text = new TextEncoder();

for (
  const [what, reply] of [
    ["half an answer", '[[{"id":1,"name":"Ta'],
    ["nothing", ""],
    ["another's answer", '{"tasks": []}'],
    ["tasks that are none", '[[{"id":"1"}]]'],
  ] as const
) {
  Deno.test({ name: `ps says so when a process answers ${what}`, ignore: !isUnix }, async () => {
    const { code, out, error } = await psOfImpostor(async (conn) => {
      await conn.write(text.encode(reply));
    });
    assertEquals([code, out], [1, ""]);
    assertMatch(error, /^process \d+ does not answer: /);
  });
}

Deno.test(
  { name: "ps tells of ten thousand tasks, and how many more there are", ignore: !isUnix },
  async () => {
    await withProgram("crowd", DEBUG, async (pid) => {
      const { code, out } = await ps(String(pid));
      assertEquals(code, 0);
      assertStringIncludes(out, "└── (T) ... and 5001 more tasks\n");
      assertEquals(out.match(/\(T\) Task-/g)?.length, 10_000);
    });
  },
);

Deno.test({ name: "ps spells out what would confuse a terminal", ignore: !isUnix }, async () => {
  const task = {
    id: 1,
    name: "a\u001b[2Jb\nc",
    stack: ["main"],
    awaitedBy: [],
    waitsFor: ["x".repeat(10_000)],
    seconds: null,
  };
  const { code, out } = await psOfImpostor(async (conn) => {
    await conn.write(text.encode(JSON.stringify([[task]])));
  });
  assertEquals(code, 0);
  assertStringIncludes(out, "(T) a\\u001b[2Jb\\nc\n");
  assert(out.length < 1000);
});

Deno.test({ name: "ps wakes no process that is stopped", ignore: !isLinux }, async () => {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  try {
    child.kill("SIGSTOP");
    await ps(String(child.pid));
    const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
    assertMatch(status, /^State:\s+T/m);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test(
  { name: "A socket goes with its program, however that ends", ignore: !isUnix },
  async () => {
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
      await withProgram("pipeline", DEBUG, async (pid, child) => {
        assert(Deno.statSync(`/tmp/asyncio-${pid}.sock`).isSocket);
        child.kill(signal);
        const { success } = await child.status;
        assert(!success);
        assertThrows(() => Deno.statSync(`/tmp/asyncio-${pid}.sock`), Deno.errors.NotFound);
      }, ["--quiet"]);
    }
  },
);

Deno.test(
  { name: "A program that handles SIGTERM goes on handling it", ignore: !isUnix },
  async () => {
    await withProgram("counter", DEBUG, async (_pid, child) => {
      child.kill("SIGTERM");
      const { code } = await child.status;
      assertEquals(code, 5);
    });
  },
);

Deno.test({ name: "ps removes what a killed program has left", ignore: !isUnix }, async () => {
  const left = await withProgram("pipeline", DEBUG, async (pid, child) => {
    child.kill("SIGKILL");
    await child.status;
    assert(Deno.statSync(`/tmp/asyncio-${pid}.sock`).isSocket);
    const { code, error } = await ps(String(pid));
    assertEquals([code, error], [1, `there is no process ${pid}\n`]);
    return pid;
  });
  assertThrows(() => Deno.statSync(`/tmp/asyncio-${left}.sock`), Deno.errors.NotFound);
});

Deno.test(
  { name: "A program ends though somebody does not read its answer", ignore: !isUnix },
  async () => {
    await withProgram("counter", DEBUG, async (pid, child) => {
      using conn = await Deno.connect({ transport: "unix", path: `/tmp/asyncio-${pid}.sock` });
      await conn.read(new Uint8Array(1));
      child.kill("SIGTERM");
      const { code } = await child.status;
      assertEquals(code, 5);
    });
  },
);

Deno.test("ps says that there is no such process, and how it is used", async () => {
  const gone = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await gone.status;
  assertEquals(await ps(String(gone.pid)), {
    code: 1,
    out: "",
    error: `there is no process ${gone.pid}\n`,
  });
  for (const args of [[], ["--tre", "1"], ["one"], ["1", "2"], ["0"], ["-1"], ["1:x"]]) {
    const { code, error } = await ps(...args);
    assertEquals(code, 2);
    assertMatch(error, /^usage: /);
  }
});

Deno.test(
  { name: "A program that can be looked into ends, and leaves no file", ignore: !isUnix },
  async () => {
    const program = `import { run, sleep } from "${new URL("../../../mod.ts", import.meta.url)}";
    await run(sleep(0.001));
    await run(sleep(0.001));
    console.log(Deno.pid, Deno.statSync("/tmp/asyncio-" + Deno.pid + ".sock").isSocket);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", program],
      env: DEBUG,
    });
    const { stdout } = await child.output();
    const [pid, isThere] = new TextDecoder().decode(stdout).trim().split(" ");
    assertEquals(isThere, "true");
    const names = [...Deno.readDirSync("/tmp")].map(({ name }) => name);
    assert(!names.includes(`asyncio-${pid}.sock`));
  },
);

Deno.test("A program that may not be looked into runs as ever, and asks for nothing", async () => {
  const program = new URL("_programs/pipeline.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-env=ASYNCIO_DEBUG", "--no-check", program],
    env: DEBUG,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  child.kill("SIGKILL");
  await child.status;
  await output.cancel();
  assertEquals(new TextDecoder().decode(value), "ready\n");
});
