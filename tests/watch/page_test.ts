// Copyright 2026 the asyncio authors. MIT license.

/** The page, in a real Chromium, served by our own server. */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createTask, run, startServer } from "@asyncio/asyncio";
import { TEXTS } from "../../watch/chapters/texts.ts";
import { bundlePage } from "../../watch/server/bundle.ts";
import { servePage } from "../../watch/server/serve.ts";
import { findChromium, launch, WatchPage } from "./_browser.ts";
import { logOf } from "./_programs.ts";

/** What each chapter's program writes. */
const logs = new Map<string, string[]>();
for (const { id } of TEXTS) logs.set(id, await logOf(id));

const chromium = findChromium();
if (chromium === null) {
  console.warn("THE PAGE IS NOT TESTED: there is no Chromium on the PATH, and CHROMIUM names none");
}

/** Serves the page, and calls `body` with a browser and where the page is. */
async function serveTo(body: (open: () => Promise<WatchPage>) => Promise<void>): Promise<void> {
  await run(async () => {
    const assets = await createTask(bundlePage());
    const server = await createTask(servePage(assets, "127.0.0.1", 0));
    const [, port] = server.sockets[0].getsockname();
    const browser = await launch(chromium!);
    try {
      await body(() => WatchPage.open(browser, `http://localhost:${port}`));
    } finally {
      await browser.close();
      server.close();
      await server.waitClosed();
    }
  });
}

/** Clicks through all steps, forward and back. Gives what is shown at each, both times. */
function clickThrough(page: WatchPage): Promise<[forward: string[], back: string[]]> {
  return page.page.evaluate(() => {
    const click = (id: string) => document.getElementById(id)!.click();
    const picture = () =>
      [
        document.getElementById("caption")!.textContent,
        ...[...document.querySelectorAll(".stage .card")].map((card) => card.textContent),
      ].join("\n");
    const count = Number((document.getElementById("position") as HTMLInputElement).max);
    click("first");
    const forward = [picture()];
    for (let i = 0; i < count; i++) {
      click("forward");
      forward.push(picture());
    }
    const back = [picture()];
    for (let i = 0; i < count; i++) {
      click("back");
      back.unshift(picture());
    }
    return [forward, back] as [string[], string[]];
  });
}

/** How much two colours differ, as WCAG 2 reckons: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(color: string): number {
  const [r, g, b] = color.match(/[\d.]+/g)!.slice(0, 3).map(Number).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

Deno.test({
  name: "The page goes through each chapter's program, forward and back",
  ignore: chromium === null,
  async fn(t) {
    await serveTo(async (open) => {
      const page = await open();
      for (const { id, en } of TEXTS) {
        await t.step(id, async () => {
          await page.load(id);
          assertEquals(await page.text("h1"), en.title);
          assertEquals((await page.texts("#chapter-text p")).length, 3);
          const [forward, back] = await clickThrough(page);
          assertEquals(back, forward);
          assert(new Set(forward).size > forward.length / 2, "most steps look the same");
          await page.press("End");
          assertEquals(await page.log(), logs.get(id));
          assertMatch(await page.text("#caption"), /come to its end/);
        });
      }
      assertEquals(page.complaints, []);
    });
  },
});

Deno.test({
  name: "The page runs what is edited, and stops what goes on for ever",
  ignore: chromium === null,
  async fn(t) {
    await serveTo(async (open) => {
      const page = await open();
      await page.load("01_events");

      /** Runs a program from the keyboard, and goes to its end. */
      const runEdited = async (program: string) => {
        await page.edit(program);
        assert(await page.page.$eval("#changed", (found) => found.checkVisibility()));
        await page.page.keyboard.down("Control");
        await page.press("Enter");
        await page.page.keyboard.up("Control");
        await page.complete();
        await page.press("Escape", "End");
      };

      await t.step("an edited program", async () => {
        await runEdited(
          'import { run, sleep } from "@asyncio/asyncio";\n' +
            'console.log(await run(sleep(3600, "an hour")));\n',
        );
        assertEquals(await page.log(), ["an hour"]);
        assertEquals(await page.text("#clock"), "3600.0 s");
        assert(await page.page.$eval("#changed", (found) => !found.checkVisibility()));
      });
      await t.step("the same, after a look at another chapter", async () => {
        await page.press("]");
        await page.page.waitForFunction(() => location.hash === "#02_selector");
        await page.complete();
        await page.press("[");
        await page.page.waitForFunction(() => location.hash === "#01_events");
        await page.complete();
        await page.press("End");
        assertEquals(await page.log(), ["an hour"]);
      });
      await t.step("async functions", async () => {
        await runEdited(
          'import { createTask, run, sleep } from "@asyncio/asyncio";\n' +
            "async function child(n: number) {\n  await sleep(n);\n  return n;\n}\n" +
            "await run(async () => {\n  const task = createTask(() => child(2));\n" +
            "  console.log(await child(1), await task);\n});\n",
        );
        assertEquals(await page.log(), ["1 2"]);
        assertEquals(await page.text("#clock"), "2.0 s");
      });
      await t.step("one that cannot be read", async () => {
        await runEdited('console.log("before");\nconst const = 1;\n');
        assertMatch(await page.text("#caption"), /has failed: SyntaxError: .*line 2/);
        assertEquals((await page.texts(".line-fault")).length, 1);
      });
      await t.step("one that fails", async () => {
        await runEdited('console.log("before");\nthrow new Error("boom");\n');
        assertEquals(await page.log(), ["before", "Error: boom"]);
        assertMatch(await page.text("#caption"), /has failed: Error: boom/);
      });
      await t.step("a deadlock", async () => {
        await runEdited(
          'import { Event, run } from "@asyncio/asyncio";\n' +
            "await run(new Event().wait());\n",
        );
        assertMatch(await page.text("#caption"), /RuntimeError: deadlock/);
      });
      await t.step("a loop without an end", async () => {
        await runEdited("let i = 0;\nfor (;;) {\n  i++;\n}\n");
        assertMatch(await page.text("#caption"), /Stopped after \d+ steps/);
        await page.press("Home");
        assertEquals((await page.position())[0], 1);
      });
      await t.step("one that catches what is to stop it", async () => {
        await runEdited("for (;;) {\n  try {\n    JSON.parse('');\n  } catch {\n  }\n}\n");
        assertMatch(await page.text("#caption"), /Stopped/);
      });
      await t.step("one on the event loop", async () => {
        await runEdited(
          'import { run, sleep } from "@asyncio/asyncio";\n' +
            "await run(function* () {\n  while (true) yield* sleep(1);\n});\n",
        );
        assertMatch(await page.text("#caption"), /Stopped after \d+ steps/);
      });
      await t.step("one that hangs where nobody counts", async () => {
        await runEdited('console.log("first");\n/^(a+)+$/.test("a".repeat(64) + "b");\n');
        assertMatch(await page.text("#caption"), /nothing was heard/);
        assertEquals(await page.log(), ["first"]);
      });
      await t.step("and the chapter's own again", async () => {
        await page.page.click("#reset");
        await page.complete();
        await page.press("Escape", "End");
        assertEquals(await page.log(), logs.get("01_events"));
      });
      assertEquals(page.complaints, []);
    });
  },
});

Deno.test({
  name: "The page works by keyboard, in two languages, in the dark, on a phone",
  ignore: chromium === null,
  async fn(t) {
    await serveTo(async (open) => {
      const page = await open();
      const { page: chrome } = page;
      await page.load("05_gather");

      await t.step("by keyboard", async () => {
        const [, count] = await page.position();
        assertEquals(await page.position(), [1, count]);
        await page.press("ArrowRight", "ArrowRight", "ArrowLeft");
        assertEquals(await page.position(), [2, count]);
        await page.press("End");
        assertEquals(await page.position(), [count, count]);
        await page.press("ArrowRight");
        assertEquals(await page.position(), [count, count]);
        await chrome.keyboard.down("Shift");
        await page.press("ArrowLeft");
        await chrome.keyboard.up("Shift");
        assertNotEquals(await page.text("#caption"), "");
        await page.press("Home");
        assertEquals(await page.position(), [1, count]);
        await page.press("Space");
        await chrome.waitForFunction(() =>
          !/^[12] /.test(document.getElementById("count")!.textContent!)
        );
        await page.press("Space");
        assert(await chrome.$eval("body", (body) => !body.classList.contains("playing")));
      });
      await t.step(
        "everything can be reached by Tab, and keys in the editor stay there",
        async () => {
          await chrome.evaluate(() => (document.activeElement as HTMLElement).blur());
          const reached = new Set<string>();
          for (let i = 0; i < 40; i++) {
            await page.press("Tab");
            reached.add(
              await chrome.evaluate(() => {
                const { id, className, tagName, parentElement } = document.activeElement!;
                return id || (tagName === "SUMMARY" ? parentElement!.id : className.split(" ")[0]!);
              }),
            );
          }
          for (
            const id of ["language", "question", "run", "cm-content", "log", "forward", "position"]
          ) {
            assert(reached.has(id), `${id} is not among ${[...reached]}`);
          }
          await chrome.focus("summary");
          await page.press("Enter");
          assert(await chrome.$eval("#answer", (answer) => answer.checkVisibility()));
          const before = await page.position();
          await chrome.click(".cm-content");
          await page.press("ArrowRight", "ArrowRight", "Home", "End");
          assertEquals(await page.position(), before);
          await page.press("Escape", "ArrowRight");
          assertNotEquals(await page.position(), before);
        },
      );
      await t.step("from chapter to chapter", async () => {
        await page.press("]");
        await chrome.waitForFunction(() => location.hash === "#06_handover");
        await page.press("[", "[");
        await chrome.waitForFunction(() => location.hash === "#04_futures");
        await page.complete();
      });
      await t.step("in Japanese", async () => {
        for (const { id, ja } of TEXTS.slice(0, 2)) {
          await page.load(id);
          if (await chrome.$eval("html", ({ lang }) => lang) === "en") {
            await chrome.click("#language");
          }
          assertEquals(await page.text("h1"), ja.title);
          assertEquals(await page.text("summary"), ja.question);
          await page.press("ArrowRight");
          assertMatch(await page.text("#caption"), /行目/);
          assertEquals(await chrome.$eval("html", ({ lang }) => lang), "ja");
        }
        await chrome.click("#language");
        assertEquals(await page.text("h1"), TEXTS[1]!.en.title);
      });
      await t.step("in the dark", async () => {
        for (const value of ["light", "dark"]) {
          await chrome.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
          await page.load("06_handover");
          for (let i = 0; i < 12; i++) await page.press("ArrowRight");
          const pairs = await chrome.$$eval(
            ".chip, .state, .frames, code, #caption, summary, #chapter-text p, .cm-line span, h2, .hint",
            (all) => {
              const backOf = (one: Element | null): string => {
                if (one === null) return "rgb(255, 255, 255)";
                const { backgroundColor } = getComputedStyle(one);
                return /, 0\)$/.test(backgroundColor) ? backOf(one.parentElement) : backgroundColor;
              };
              return all.map((one) => [one.className, getComputedStyle(one).color, backOf(one)]);
            },
          );
          assert(pairs.length > 50);
          for (const [what, ink, back] of pairs) {
            assert(contrast(ink!, back!) >= 4.5, `${what}: ${ink} on ${back}, ${value}`);
          }
          const back = await chrome.$eval("body", (body) => getComputedStyle(body).backgroundColor);
          assertEquals(luminance(back) < 0.2, value === "dark");
        }
        await chrome.emulateMediaFeatures([]);
      });
      await t.step("on a phone", async () => {
        await chrome.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
        for (const { id } of TEXTS) {
          await page.load(id);
          // At several steps, as what is shown differs in width.
          const found = await chrome.evaluate(() => {
            const slider = document.getElementById("position") as HTMLInputElement;
            return Array.from({ length: 11 }, (_, i) => {
              slider.value = String(Math.round(Number(slider.max) * i / 10));
              slider.dispatchEvent(new Event("input"));
              const low = [...document.querySelectorAll(".buttons button")].filter((button) => {
                const { bottom, height } = button.getBoundingClientRect();
                return bottom > visualViewport!.height || height < 36;
              });
              return [document.documentElement.scrollWidth, low.length];
            });
          });
          assertEquals([id, ...new Set(found.map(String))], [id, "360,0"]);
        }
        await page.load("03_generator");
        await chrome.tap("#forward");
        assertEquals((await page.position())[0], 2);
      });
      assertEquals(page.complaints, []);
    });
  },
});

Deno.test({
  name: "The page's programs reach nothing but the page's own server",
  ignore: chromium === null,
  async fn() {
    await serveTo(async (open) => {
      let count = 0;
      const other = await startServer(
        (_reader, writer) => {
          count++;
          writer.write("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n");
          writer.close();
        },
        "127.0.0.1",
        0,
      );
      const [, port] = other.sockets[0].getsockname();
      const page = await open();
      await page.load("01_events");
      await page.edit(
        `try {\n  console.log((await fetch("http://127.0.0.1:${port}/")).status);\n` +
          "} catch (error) {\n  console.log(String(error));\n}\n",
      );
      await page.page.click("#run");
      await page.complete();
      await page.press("Escape", "End");
      assertEquals([await page.log(), count], [["TypeError: Failed to fetch"], 0]);
      other.close();
      await other.waitClosed();
    });
  },
});
