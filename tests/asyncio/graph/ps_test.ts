// Copyright 2026 the asyncio authors. MIT license.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const PS = new URL("../../../asyncio/graph/ps.ts", import.meta.url).href;

const isUnix = Deno.build.os !== "windows";

/** Runs a program until `use` has been through, which is called when it has said that it is ready. */
async function withProgram<T>(
  name: string,
  env: Record<string, string>,
  use: (pid: number) => Promise<T>,
): Promise<T> {
  const program = new URL(`_programs/${name}.ts`, import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", program],
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.getReader();
  try {
    const { value } = await output.read();
    assertEquals(new TextDecoder().decode(value), "ready\n");
    return await use(child.pid);
  } finally {
    child.kill("SIGKILL");
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
      assertMatch(out, /└── waits for \d+\.\d s: <Future pending/);
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

Deno.test("ps says that there is no such process, and how it is used", async () => {
  const gone = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await gone.status;
  assertEquals(await ps(String(gone.pid)), {
    code: 1,
    out: "",
    error: `there is no process ${gone.pid}\n`,
  });
  for (const args of [[], ["--tre", "1"], ["one"], ["1", "2"]]) {
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
