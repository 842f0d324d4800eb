// Copyright 2026 the asyncio authors. MIT license.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LINUX } from "./_open.ts";

const MODULE = new URL("../../../selectors/mod.ts", import.meta.url).href;

/** Imports everything that the programs use. */
const PRELUDE = `
  import * as selectors from ${JSON.stringify(MODULE)};
  const {
    DevpollSelector, EpollSelector, EVENT_READ, EVENT_WRITE, KqueueSelector, NativeSocket,
    PollSelector, SelectSelector, socketpair,
  } = selectors;
`;

/** What a program left behind. */
interface Outcome {
  output: string;
  errors: string;
  code: number;
  signal: Deno.Signal | null;
}

/** Runs a program of its own. Once it has printed a first line, something may be done to it. */
async function runProgram(
  program: string,
  permissions = ["--allow-all"],
  meanwhile?: (child: Deno.ChildProcess) => Promise<void>,
): Promise<Outcome> {
  const folder = await Deno.makeTempDir();
  const main = `${folder}/main.ts`;
  await Deno.writeTextFile(main, PRELUDE + program);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", "--no-check", ...permissions, main],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // Ends a program that would hang, and the test with it.
    signal: AbortSignal.timeout(20_000),
  }).spawn();
  const errors = new Response(child.stderr).text();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (output === "") await meanwhile?.(child);
    output += text;
  }
  const { code, signal } = await child.status;
  await Deno.remove(folder, { recursive: true });
  return { output: output.trim(), errors: (await errors).trim(), code, signal };
}

const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !LINUX, fn });

test("importing the selectors opens no library and asks for no permission", async () => {
  const program = `
    console.log(Deno.permissions.querySync({ name: "ffi" }).state);
    console.log(typeof NativeSocket, typeof EpollSelector);
  `;
  const { output, code } = await runProgram(program, []);
  assertEquals([output, code], ["prompt\nfunction function", 0]);
});

test("a missing permission is an error, and no question", async () => {
  const program = `
    for (const create of [
      () => new EpollSelector(), () => new PollSelector(), () => new SelectSelector(),
      () => new NativeSocket(), () => socketpair(),
    ]) {
      try { create(); } catch (error) { console.log(String(error)); }
    }
  `;
  const line =
    'NotCapable: Requires ffi access to "libc.so.6", run again with the --allow-ffi flag';
  for (const permissions of [[], ["--allow-ffi=/usr/lib"], ["--deny-ffi"]]) {
    const { output, errors } = await runProgram(program, permissions);
    assertEquals([output, errors], [Array(5).fill(line).join("\n"), ""]);
  }
  const { output } = await runProgram("new EpollSelector().close();", ["--allow-ffi"]);
  assertEquals(output, "", "--allow-ffi is all it takes");
});

test("a selector of another system names this one, and what to use here", async () => {
  const program = `
    for (const Selector of [KqueueSelector, DevpollSelector]) {
      try { new Selector(); } catch (error) { console.log(String(error)); }
    }
  `;
  const { output } = await runProgram(program, []);
  const [kqueue, devpoll] = output.split("\n");
  const text = (name: string, home: string) =>
    `NotSupported: Cannot create ${name}: only ${home} has it, and this is linux; use EpollSelector`;
  assertEquals(kqueue, text("KqueueSelector", "macOS"));
  assertEquals(devpoll, text("DevpollSelector", "Solaris"));
});

for (const name of ["SelectSelector", "PollSelector", "EpollSelector"]) {
  test(`${name} does not keep the process alive, but while it waits`, async () => {
    const program = `
      const selector = new ${name}();
      const [left, right] = socketpair();
      selector.register(left, EVENT_READ);
      console.log((await selector.select(0.001)).length);
      selector.prepare(Infinity);
      selector.interrupt();
      Deno.unrefTimer(setTimeout(() => right.send("x"), 50));
      console.log((await selector.select()).length);
      selector.prepare(3600);
      selector.close();
    `;
    const { output, code } = await runProgram(program);
    assertEquals([output, code], ["0\n1", 0]);
  });

  // CPython: test_select_interrupt_noraise
  test(`${name} goes on waiting after a signal`, async () => {
    const program = `
      const selector = new ${name}();
      const [left] = socketpair();
      selector.register(left, EVENT_READ);
      let signals = 0;
      const listener = () => signals++;
      Deno.addSignalListener("SIGUSR1", listener);
      console.log("ready");
      for (const wait of [() => selector.select(0.4), () => selector.selectSync(0.4)]) {
        const start = performance.now();
        const ready = await wait();
        console.log(ready.length, performance.now() - start >= 400);
      }
      left.settimeout(0.2);
      try { left.recv(1); } catch (error) { console.log(error.name); }
      await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(signals > 0);
      Deno.removeSignalListener("SIGUSR1", listener);
    `;
    const { output, code } = await runProgram(program, undefined, async (child) => {
      // The listener is there: otherwise the signal would end the program.
      for (let i = 0; i < 8; i++) {
        try {
          child.kill("SIGUSR1");
        } catch {
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    });
    assertEquals([output, code], ["ready\n0 true\n0 true\nTimedOut\ntrue", 0]);
  });
}

test("SIGINT ends a program that blocks", async () => {
  const program = `
    const selector = new EpollSelector();
    Deno.writeTextFileSync("/dev/stdout", "blocking");
    selector.selectSync();
  `;
  const { signal } = await runProgram(program, undefined, async (child) => {
    // Long enough for it to block.
    await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
  });
  assertEquals(signal, "SIGINT");
});

test("sending into a connection that is broken does not end the process", async () => {
  const program = `
    const [left, right] = socketpair();
    right.close();
    try { left.send("x"); } catch (error) { console.log(error.name); }
  `;
  assertEquals((await runProgram(program)).output, "BrokenPipe");
});

// CPython: ScalableSelectorMixIn.test_above_fd_setsize
for (const name of ["PollSelector", "EpollSelector"]) {
  test(`${name} watches thousands of descriptors`, async () => {
    const program = `
      const selector = new ${name}();
      const { stdout } = new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).outputSync();
      const limit = Math.min(Number(new TextDecoder().decode(stdout)), 2 ** 16);
      const count = Math.floor((limit - 100) / 2);
      const pairs = [];
      for (let i = 0; i < count; i++) {
        const [reader, writer] = socketpair();
        selector.register(reader, EVENT_READ);
        selector.register(writer, EVENT_WRITE);
        pairs.push([reader, writer]);
      }
      console.log(count > 1000 || limit < 2200, selector.selectSync().length === count);
      console.log((await selector.select()).length === count);
      for (const [, writer] of pairs) writer.send("x");
      console.log(selector.selectSync().length === 2 * count);
      try {
        for (;;) pairs.push(socketpair());
      } catch (error) {
        console.log(error.code, error.message);
      }
      for (const [reader, writer] of pairs) { reader.close(); writer.close(); }
    `;
    const { output } = await runProgram(program);
    const lines = output.split("\n");
    assertEquals(lines.slice(0, 3), ["true true", "true", "true"]);
    assertMatch(lines[3]!, /^EMFILE Too many open files \(os error 24\)$/);
  });
}

/** Libraries that stand for systems without `epoll_pwait2`: of an old libc, and of an old kernel. */
const OLD_SYSTEMS = {
  "glibc before 2.35": ["-nostdlib", "int none;"],
  "Linux before 5.11": [
    "-O1",
    "#include <errno.h>\nint epoll_pwait2() { return errno = ENOSYS, -1; }",
  ],
} as const;

for (const [name, [flag, source]] of Object.entries(OLD_SYSTEMS)) {
  test(`EpollSelector waits on ${name}, too`, async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/old.c`, source);
    const args = ["-shared", "-fPIC", flag, "-o", `${folder}/old.so`, `${folder}/old.c`];
    const compiled = await new Deno.Command("gcc", { args }).output().catch(() => null);
    if (compiled !== null) {
      assertEquals(compiled.success, true);
      const library = new URL("../../../selectors/native/_library.ts", import.meta.url).href;
      const program = `
        const { substitute } = await import(${JSON.stringify(library)});
        substitute("epoll_pwait2", ${JSON.stringify(`${folder}/old.so`)});
        const selector = new EpollSelector();
        const [left, right] = socketpair();
        selector.register(left, EVENT_READ);
        for (const timeout of [0.0004, 0.0107]) {
          const start = performance.now();
          console.log(selector.selectSync(timeout).length, performance.now() - start >= timeout * 1000);
        }
        right.send("x");
        console.log(selector.selectSync(3600).length, (await selector.select(3600)).length);
        selector.close();
      `;
      const { output, errors } = await runProgram(program);
      assertEquals([output, errors], ["0 true\n0 true\n1 1", ""]);
    }
    await Deno.remove(folder, { recursive: true });
  });
}

test("selectors can be made where there is hardly a descriptor left", async () => {
  const program = `
    const held = [];
    try { for (;;) held.push(new NativeSocket()); } catch { /* None is left. */ }
    for (let free = 0; free < 4; free++) {
      for (const Selector of [EpollSelector, PollSelector]) {
        const fds = () => [...Deno.readDirSync("/proc/self/fd")].length;
        try {
          new Selector().close();
          console.log(free, Selector.name, "made");
        } catch (error) {
          console.log(free, Selector.name, error.code);
        }
      }
      held.pop().close();
    }
    for (const sock of held) sock.close();
    console.log([...Deno.readDirSync("/proc/self/fd")].length < 60);
  `;
  // Every class opens all that it needs or, if that fails, closes what it has.
  const { output } = await runProgram(`new EpollSelector().close();${program}`);
  const lines = output.split("\n");
  assertEquals(lines.slice(0, 2), ["0 EpollSelector EMFILE", "0 PollSelector EMFILE"]);
  assertEquals(lines.slice(2, 4), ["1 EpollSelector EMFILE", "1 PollSelector made"]);
  assertEquals(lines.slice(4, 6), ["2 EpollSelector made", "2 PollSelector made"]);
  assertEquals(lines.at(-1), "true");
});

test("each Worker has selectors and sockets of its own, and may be given a descriptor", async () => {
  const worker = `
    ${PRELUDE}
    self.onmessage = async ({ data: fd }) => {
      const selector = new EpollSelector();
      const sock = new NativeSocket(undefined, undefined, 0, fd);
      selector.register(sock, EVENT_READ);
      for (let count = 0; count < 500; count++) {
        await selector.select();
        const bytes = sock.recv(100);
        try { sock.send(new Uint8Array()); sock.recv(-1); } catch { /* Its own errno. */ }
        sock.send(bytes);
      }
      selector.close();
      await selector.closed;
      sock.close();
      postMessage("done");
      self.close();
    };
  `;
  const program = `
    const source = new Blob([${JSON.stringify(worker)}], { type: "application/typescript" });
    const url = URL.createObjectURL(source);
    const workers = [1, 2].map(async (id) => {
      const [left, right] = socketpair();
      const worker = new Worker(url, { type: "module" });
      const done = new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
      worker.postMessage(right.detach());
      const selector = new EpollSelector();
      selector.register(left, EVENT_READ);
      for (let count = 0; count < 500; count++) {
        left.send("message " + count);
        await selector.select();
        const text = new TextDecoder().decode(left.recv(100));
        if (text !== "message " + count) throw new Error(text);
      }
      selector.close();
      left.close();
      return await done;
    });
    console.log(await Promise.all(workers));
  `;
  const { output, errors, code } = await runProgram(program);
  assertEquals([output, errors, code], ['[ "done", "done" ]', "", 0]);
});

/** A Worker that fills all the memory it can get in small pieces, and tells whether it stays so. */
const HEIR = `
  const sizes = [256, 272, 280, 512];
  const filled = Array.from({ length: 20000 }, (_, i) => new Uint8Array(sizes[i % 4]).fill(170));
  self.onmessage = () => {
    const intact = filled.every((bytes) => bytes.every((byte) => byte === 170));
    postMessage(intact ? "intact" : "overwritten");
  };
  postMessage("filled");
`;

test("a Worker that is terminated in the middle of a wait harms nobody", async () => {
  const worker = `
    ${PRELUDE}
    const kept = [];
    for (const Selector of [EpollSelector, PollSelector, SelectSelector]) {
      const selector = new Selector();
      const [left, right] = socketpair();
      selector.register(left, EVENT_READ);
      selector.prepare(Infinity);
      kept.push(selector, left, right);
      postMessage(right.fileno());
    }
    postMessage("waiting");
  `;
  const program = `
    const source = new Blob([${JSON.stringify(worker)}], { type: "application/typescript" });
    const worker = new Worker(URL.createObjectURL(source), { type: "module" });
    const fds = [];
    await new Promise((resolve) => {
      worker.onmessage = ({ data }) => data === "waiting" ? resolve() : fds.push(data);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    worker.terminate();
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Others use the memory of the isolate that has gone.
    const heirs = Array.from({ length: 4 }, () => {
      const source = new Blob([${JSON.stringify(HEIR)}], { type: "application/typescript" });
      return new Worker(URL.createObjectURL(source), { type: "module" });
    });
    const answers = () => Promise.all(heirs.map((heir) =>
      new Promise((resolve) => heir.onmessage = ({ data }) => resolve(data))
    ));
    console.log(await answers());
    // Its waits return now, and write down what they have found.
    for (const fd of fds) new NativeSocket(1, 1, 0, fd).send("x");
    await new Promise((resolve) => setTimeout(resolve, 50));
    heirs.forEach((heir) => heir.postMessage("check"));
    console.log(await answers());
    heirs.forEach((heir) => heir.terminate());
  `;
  const { output, errors, code } = await runProgram(program);
  const each = (text: string) => `[ ${Array(4).fill(JSON.stringify(text)).join(", ")} ]`;
  assertEquals([output, errors, code], [`${each("filled")}\n${each("intact")}`, "", 0]);
});

test("a program that ends by an error does not wait for a wait", async () => {
  const program = `
    const selector = new EpollSelector();
    selector.prepare(Infinity);
    setTimeout(() => { throw new Error("the end"); }, 10);
  `;
  const { errors, code } = await runProgram(program);
  assertEquals(code, 1);
  assertStringIncludes(errors, "the end");
});
