// Copyright 2026 the asyncio authors. MIT license.

/** The page of a trace in a real browser; without one, these tests are skipped, and say so. */

import { createTask, gather, run, sleep, Tracer } from "@asyncio/asyncio";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Browser, Page } from "puppeteer-core";
import { Events, INSTANT, READY, STEP, WAIT } from "../../../asyncio/trace/_events.ts";
import { htmlOf } from "../../../asyncio/trace/_html.ts";

const CHROMIUM = [Deno.env.get("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/google-chrome"]
  .find((path) => path !== undefined && exists(path));

if (CHROMIUM === undefined) {
  console.warn(
    "SKIPPED: the page of a trace is not tested, for want of Chromium (or set CHROMIUM)",
  );
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

interface View {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly rows: number;
}

/** What is asked of the page. */
function inPage<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate(expression) as Promise<T>;
}

/** Opens a page without any network, and closes all that it takes. Errors of the page's fail. */
async function withPage(html: string, use: (page: Page) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(file, html);
  const { launch } = await import("puppeteer-core");
  const browser: Browser = await launch({
    executablePath: CHROMIUM!,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    const errors: unknown[] = [];
    page.on("pageerror", (error) => errors.push(error));
    await page.setOfflineMode(true);
    await page.setViewport({ width: 1200, height: 800 });
    await page.goto(`file://${file}`);
    await page.waitForSelector("body[data-ready]");
    await use(page);
    assertEquals(errors, []);
  } finally {
    await browser.close();
    await Deno.remove(file);
  }
}

function pageTest(name: string, fn: () => Promise<void>): void {
  // The browser's driver keeps timers and pipes of its own.
  const options = { sanitizeOps: false, sanitizeResources: false, ignore: CHROMIUM === undefined };
  Deno.test({ name, fn, ...options });
}

async function traced(): Promise<Tracer> {
  const trace = new Tracer();
  await run(function* main() {
    const tasks = Array.from({ length: 5 }, (_, i) =>
      createTask(function* worker() {
        yield* sleep(0.05 * (i + 1));
        const until = performance.now() + i;
        while (performance.now() < until);
      }, { name: `worker ${i}` }));
    yield* gather(...tasks);
  }, { trace, debug: true });
  return trace;
}

/** How many different colours there are in the view: whether anything is drawn. */
const COLOURS = `(() => {
  const view = document.getElementById("view");
  const { data } = view.getContext("2d").getImageData(0, 0, view.width, view.height);
  return new Set(new Uint32Array(data.buffer)).size;
})()`;

const VIEW = "globalThis.trace.view";

pageTest("Tracer.toHtml() draws the tracks, zooms, and finds tasks", async () => {
  await withPage((await traced()).toHtml(), async (page) => {
    await page.waitForFunction(`${COLOURS} > 5`);
    const { from, to, rows } = await inPage<View>(page, VIEW);
    assert(rows >= 6, `${rows} rows`);
    await page.click("#in");
    const zoomed = await inPage<View>(page, VIEW);
    assert(zoomed.to - zoomed.from < (to - from) * 0.6);
    await page.focus("#view");
    await page.keyboard.press("-");
    await page.keyboard.press("0");
    assertEquals(await inPage<View>(page, VIEW), { from, to, top: 0, rows });
    await page.type("#search", "worker 3");
    assertEquals((await inPage<View>(page, VIEW)).rows, 2, "itself, and who waits for it");
  });
});

pageTest("Tracer.toHtml() tells, where the pointer is, at which line a task waited", async () => {
  await withPage((await traced()).toHtml(), async (page) => {
    await page.type("#search", "worker 4");
    const box = (await (await page.$("#view"))!.boundingBox())!;
    // Its row is the last one; it waits for most of the time.
    const { rows } = await inPage<View>(page, VIEW);
    await page.mouse.move(box.x + box.width / 2, box.y + 20 + 18 * (rows - 1) + 9);
    await page.waitForSelector("#tip:not([hidden])");
    const tip = await inPage<string>(page, `document.getElementById("tip").textContent`);
    assertMatch(
      tip,
      /^worker 4: waits for sleep\(\)\n[\d.]+ ms\nat .*\nworker .*page_test\.ts:\d+$/,
    );
  });
});

pageTest(
  "Tracer.toHtml() has tables of steps, waits and totals, which lead to their events",
  async () => {
    const events = new Events();
    // Two tasks: what each does, from when, for how long.
    events.add(STEP, 4, 0, 1_500);
    events.add(WAIT, 4, 1_500, 10_000, 1, 2);
    events.add(READY, 4, 11_500, 250);
    events.add(STEP, 4, 11_750, 20);
    events.add(STEP, 5, 100, 0.5);
    events.add(WAIT, 5, 101, 2_000_000, 3);
    const html = htmlOf({
      events,
      texts: ["", "task second", "work file.ts:7", "a Future"],
      tracks: ["loop", "host", "timers", "selector", "first", "second"],
      dropped: 12,
    });
    await withPage(html, async (page) => {
      const cells = (id: string) =>
        inPage<string[][]>(
          page,
          `Array.from(document.querySelectorAll("#${id} tbody tr"), (row) =>
           Array.from(row.cells, (cell) => cell.textContent))`,
        );
      assertEquals(await cells("steps"), [
        ["1.500 ms", "first", "step", "0.0 µs"],
        ["20.0 µs", "first", "step", "11.750 ms"],
        ["0.5 µs", "second", "step", "100.0 µs"],
      ]);
      assertEquals(await cells("waits"), [
        ["2.000 s", "second", "a Future", "", "101.0 µs"],
        ["10.000 ms", "first", "task second", "work file.ts:7", "1.500 ms"],
      ]);
      const [first, second] = [
        ["first", "1.520 ms", "250.0 µs", "10.000 ms"],
        ["second", "0.5 µs", "0.0 µs", "2.000 s"],
      ];
      assertEquals(await cells("totals"), [first, second]);
      await page.click("#totals th:nth-child(4)");
      assertEquals(await cells("totals"), [second, first]);
      await page.click("#steps tbody tr:nth-child(2)");
      assertEquals(await inPage<View>(page, VIEW), { from: 11_710, to: 11_810, top: 0, rows: 2 });
      const summary = `document.getElementById("summary").textContent`;
      assertMatch(
        await inPage<string>(page, summary),
        /^2 tasks, 6 events, .*; 12 more were not kept$/,
      );
    });
  },
);

pageTest("Tracer.toHtml() of a million events answers while it is used", async () => {
  const events = new Events();
  const tasks = 1000;
  for (let i = 0; i < 250_000; i++) {
    const track = 4 + i % tasks;
    events.add(STEP, track, i * 4, 2);
    events.add(WAIT, track, i * 4 + 2, 4 * tasks - 3, 1, 2);
    events.add(INSTANT, track, i * 4 + 1, 0, 3);
    events.add(STEP, 0, i * 4 + 2, 1, 4);
  }
  const tracks = ["loop", "host", "timers", "selector"];
  for (let i = 0; i < tasks; i++) tracks.push(`task ${i}`);
  const texts = ["", "a Future", "work file.ts:1", "returned", "callback()"];
  await withPage(htmlOf({ events, texts, tracks, dropped: 0 }), async (page) => {
    assertStringIncludes(
      await inPage<string>(page, `document.getElementById("summary").textContent`),
      "1,000 tasks, 1,000,000 events",
    );
    await page.waitForFunction(`${COLOURS} > 3`);
    // Each of them is drawn before the next is asked for.
    for (const key of ["+", "+", "+", "+", "+", "+", "ArrowRight", "ArrowDown", "-", "0"]) {
      await page.focus("#view");
      await page.keyboard.press(key as "0");
      await page.evaluate(
        "new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))",
      );
    }
    await page.type("#search", "task 777");
    assertEquals((await inPage<View>(page, VIEW)).rows, 1);
  });
});
