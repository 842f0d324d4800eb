// Copyright 2026 the asyncio authors. MIT license.

/** What pools do to the programs that use them: how those end, and what they may do. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeIdentity } from "../_certificates.ts";
import { until } from "./_pools.ts";

const ROOT = new URL("../../../", import.meta.url);
const CONFIG = new URL("deno.json", ROOT).pathname;
const PROGRAMS = new URL("./_programs/", import.meta.url);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function runProgram(name: string, args: string[], flags = ["--allow-all"]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${CONFIG}`,
      ...flags,
      new URL(name, PROGRAMS).href,
      ...args,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

// CPython: test_shutdown.py, test_interpreter_shutdown, test_hang_gh94440
for (const kind of ["threads", "processes"]) {
  Deno.test(`a pool of ${kind} with nothing to do keeps no program alive`, async () => {
    assertEquals(await runProgram("idle.ts", [kind]), { code: 0, stdout: "42\n", stderr: "" });
  });

  Deno.test(`a program lives until its pool of ${kind} has done what it was given`, async () => {
    const stdout = "main is over\ncall 1\ncall 2\ncall 3\n";
    assertEquals(await runProgram("pending.ts", [kind]), { code: 0, stdout, stderr: "" });
    const shutdown = await runProgram("pending.ts", [kind, "shutdown"]);
    assertEquals(shutdown, { code: 0, stdout, stderr: "" });
  });
}

Deno.test("a program waits for a thread that is busy, as Python's does", async () => {
  const { code, stdout } = await runProgram("busy.ts", ["wait"]);
  assertEquals({ code, stdout }, { code: 0, stdout: "the thread is busy\nthe thread is done\n" });
});

Deno.test("a program ends by exit() and by an error, whatever its threads do", async () => {
  const exited = await runProgram("busy.ts", ["exit"]);
  assertEquals(exited, { code: 7, stdout: "the thread is busy\n", stderr: "" });
  const failed = await runProgram("busy.ts", ["throw"]);
  assertEquals([failed.code, failed.stdout], [1, "the thread is busy\n"]);
  assertMatch(failed.stderr, /the program fails/);
});

// CPython: test_asyncio/test_runners.py, and Lib/asyncio/runners.py, Runner.close
Deno.test("run() waits for the default executor", async () => {
  const stdout = "main is over\nthe thread is done\nrun is over\n";
  assertEquals(await runProgram("default_executor.ts", []), { code: 0, stdout, stderr: "" });
});

// CPython: test_shutdown.py, test_del_shutdown
Deno.test("a pool that nobody has any more ends its processes", async () => {
  const flags = ["--allow-all", "--v8-flags=--expose-gc"];
  assertEquals((await runProgram("dropped.ts", [], flags)).stdout, "the process has ended\n");
});

// CPython: executor.py, test_no_stale_references, test_free_reference
for (const kind of ["threads", "processes"]) {
  Deno.test(`a pool of ${kind} keeps neither arguments nor results that are done with`, async () => {
    const flags = ["--allow-all", "--v8-flags=--expose-gc"];
    const stdout = "the argument is gone\nthe results are gone\n";
    assertEquals(await runProgram("references.ts", [kind], flags), { code: 0, stdout, stderr: "" });
  });
}

Deno.test("a process ends when the program that it belongs to is killed", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `--config=${CONFIG}`, new URL("orphan.ts", PROGRAMS).href],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const pid = Number(/child (\d+)/.exec((await reader.read()).value ?? "")![1]);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await until(() => {
    try {
      // Whoever has ended and is still to be collected by its new parent has no command line.
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`) === "";
    } catch {
      return true;
    }
  });
});

const FOLDER = new URL(".", import.meta.url).pathname;
const WORK = new URL("_work.ts", import.meta.url).href;

Deno.test("threads need no permission for what is sent as text, and say which one a module needs", async () => {
  const { stdout, stderr } = await runProgram("permissions.ts", ["threads", FOLDER, WORK], []);
  const [states, work] = stdout.trim().split("\n");
  assertEquals(JSON.parse(states!), Array(8).fill("prompt"), stderr);
  assertMatch(work!, /Requires read access to ".*_work\.ts", run again with the --allow-read flag/);
});

Deno.test("threads import modules with the permission to read them, and no other", async () => {
  const flags = [`--allow-read=${ROOT.pathname}`];
  const { stdout } = await runProgram("permissions.ts", ["threads", FOLDER, WORK], flags);
  const [states, work] = stdout.trim().split("\n");
  assertEquals(JSON.parse(states!)[1], "granted");
  assertEquals(JSON.parse(states!)[2], "prompt");
  assertEquals(work, "8");
});

Deno.test("processes have the permissions of the program, those granted in part too", async () => {
  const flags = [
    `--allow-read=${ROOT.pathname}`,
    "--allow-net",
    "--deny-net=example.com",
    "--allow-run",
    "--allow-env",
    "--allow-sys=hostname",
  ];
  const { stdout, stderr } = await runProgram("permissions.ts", ["processes", FOLDER, WORK], flags);
  const [states, work] = stdout.trim().split("\n");
  assert(states?.startsWith("["), stdout + stderr);
  assertEquals(JSON.parse(states!), [
    "prompt",
    "granted",
    "prompt",
    "granted",
    "denied",
    "granted",
    "prompt",
    "granted",
  ]);
  assertEquals(work, "8");
});

Deno.test("processes say which permission is missing to start them", async () => {
  const args = ["processes", FOLDER, WORK];
  const noEnv = await runProgram("permissions.ts", args, ["--allow-run"]);
  assertStringIncludes(noEnv.stdout, "Requires env access, run again with the --allow-env flag");
  const noRun = await runProgram("permissions.ts", args, ["--allow-env"]);
  assertMatch(noRun.stdout, /Requires run access.*run again with the --allow-run flag/);
});

/** What it takes to reach a server: how to serve, the scheme of its URLs, and flags for Deno. */
async function servers(folder: string): Promise<[Deno.TcpListenOptions, string, string[]][]> {
  const authority = await makeIdentity("the authority", { isAuthority: true });
  const { cert, key } = await makeIdentity("127.0.0.1", {
    issuer: authority,
    addresses: ["127.0.0.1"],
  });
  await Deno.writeTextFile(`${folder}/authority.pem`, authority.cert);
  const place = { hostname: "127.0.0.1", port: 0 };
  return [
    [place, "http", []],
    [{ ...place, cert, key } as Deno.TcpListenOptions, "https", [`--cert=${folder}/authority.pem`]],
  ];
}

Deno.test("pools work in a package that is imported over HTTP and HTTPS", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [options, scheme, flags] of await servers(folder)) {
      await using server = Deno.serve({ ...options, onListen() {} }, async (request) => {
        const { pathname } = new URL(request.url);
        const text = await Deno.readTextFile(new URL(`.${pathname}`, ROOT));
        return new Response(text, { headers: { "content-type": "application/typescript" } });
      });
      const main = `${folder}/${scheme}.ts`;
      await Deno.writeTextFile(main, remoteProgram(`${scheme}://127.0.0.1:${server.addr.port}`));
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-config", "--no-lock", ...flags, main],
        env: { NO_COLOR: "1" },
      }).output();
      const decoder = new TextDecoder();
      assertEquals(decoder.decode(stdout), "1\n2\n3\n1\n2\n3\n", decoder.decode(stderr));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Runs functions of its own and of the server's, in pools that come from the server. */
function remoteProgram(base: string): string {
  return `
    import { moduleFunction, ProcessPoolExecutor, ThreadPoolExecutor } from "${base}/mod.ts";
    import { remote } from "${base}/tests/asyncio/executors/_remote.ts";
    const place = { url: "${base}/tests/asyncio/executors/_remote.ts" };
    export const local = (n: number) => 2 * n;
    if (import.meta.main) {
      for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
        const pool = new Pool({ maxWorkers: 1 });
        console.log(await pool.submit((n: number) => n, 1));
        console.log(await pool.submit(moduleFunction(import.meta, local), 1));
        console.log(await pool.submit(moduleFunction(place, remote), 1));
        await pool.shutdown();
      }
    }`;
}
