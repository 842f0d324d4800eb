// Copyright 2026 the asyncio authors. MIT license.

/** A real Chromium, driven by puppeteer. */

import puppeteer, { type Browser, type Page } from "puppeteer-core";

/** Where a Chromium may be, besides what the environment variable `CHROMIUM` says. */
const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The path of a Chromium; `null` if there is none. */
export function findChromium(): string | null {
  const named = Deno.env.get("CHROMIUM");
  if (named !== undefined) return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const command of COMMANDS) {
    for (const folder of folders) {
      const path = `${folder}/${command}`;
      if (isFile(path)) return path;
    }
  }
  return null;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Starts a Chromium without a window. */
export async function launch(executablePath: string): Promise<Browser> {
  return await puppeteer.launch({
    executablePath,
    pipe: true,
    defaultViewport: { width: 1280, height: 900 },
    // In a container there is neither a sandbox nor much shared memory.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en"],
  });
}

/** What a test sees of the page, and does with it. */
export class WatchPage {
  readonly page: Page;
  /** Errors that the page did not handle, and requests that left this machine. */
  readonly complaints: string[] = [];
  readonly #origin: string;

  private constructor(page: Page, origin: string) {
    this.page = page;
    this.#origin = origin;
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !url.startsWith("data:")) this.complaints.push(url);
    });
  }

  /** Opens a page of the browser, with nothing loaded. */
  static async open(browser: Browser, origin: string): Promise<WatchPage> {
    return new WatchPage(await browser.newPage(), origin);
  }

  /** Loads a chapter, and waits until its program has run. */
  async load(chapter: string): Promise<void> {
    await this.page.goto("about:blank");
    await this.page.goto(`${this.#origin}/#${chapter}`);
    await this.complete();
  }

  /** Waits until the program has run. */
  async complete(): Promise<void> {
    await this.page.waitForSelector('body[data-state="complete"]');
  }

  /** Presses keys, one after the other. */
  async press(...keys: Parameters<Page["keyboard"]["press"]>[0][]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** The text of an element. */
  async text(selector: string): Promise<string> {
    return await this.page.$eval(selector, (found) => found.textContent ?? "");
  }

  /** The texts of all elements. */
  async texts(selector: string): Promise<string[]> {
    return await this.page.$$eval(selector, (all) => all.map((one) => one.textContent ?? ""));
  }

  /** The number of the step shown, from 1, and how many there are. */
  async position(): Promise<[position: number, count: number]> {
    const [position, count] = (await this.text("#count")).split(" / ").map(Number);
    return [position!, count!];
  }

  /** What was logged up to the step shown, without the times. */
  async log(): Promise<string[]> {
    const lines = (all: Element[]) => all.map((one) => one.lastChild?.textContent ?? "");
    return await this.page.$$eval("#log li", lines);
  }

  /** Everything that is shown of a step. */
  async picture(): Promise<string> {
    return await this.page.$eval(".stage", (stage) => (stage as HTMLElement).innerText);
  }

  /** Puts another program into the editor, as a reader would. */
  async edit(program: string): Promise<void> {
    await this.page.click(".cm-content");
    await this.page.keyboard.down("Control");
    await this.page.keyboard.press("a");
    await this.page.keyboard.up("Control");
    await this.page.keyboard.press("Backspace");
    await this.page.keyboard.sendCharacter(program);
  }
}
