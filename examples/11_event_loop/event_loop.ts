// Copyright 2026 the asyncio authors. MIT license.

/**
 * A simple event loop: a queue of events, each of which may register the next. Nothing else is an
 * event loop, however much it can do besides.
 *
 * From the concurrency course, part VI, chapter 11.
 *
 *     deno run examples/11_event_loop/event_loop.ts
 *
 * Options: `--delay`, the seconds that each joke line takes. The loop runs for ever: end it with
 * Ctrl-C.
 *
 * The document prints the lines in pairs; its program, like this one, prints what a queue gives: both
 * knocks, then both questions. Where it differs from Python: it rests for a millisecond before it
 * looks for the next event, since signals only reach a program that waits.
 *
 * @module
 */

import * as asyncio from "@asyncio/asyncio";
import { options, program, seconds, stopSignal } from "../_options.ts";

type Action = (event: Event) => void;

/** An event that the event loop can run. */
export class Event {
  readonly name: string;
  readonly #action: Action;
  readonly #nextEvent: Event | null;

  constructor(name: string, action: Action, nextEvent: Event | null = null) {
    this.name = name;
    this.#action = action;
    this.#nextEvent = nextEvent;
  }

  /** Runs the action of the event. */
  executeAction(eventLoop: EventLoop): void {
    this.#action(this);
    if (this.#nextEvent) {
      eventLoop.registerEvent(this.#nextEvent);
    }
  }
}

/** A loop that keeps events and runs them. */
export class EventLoop {
  readonly #events: Event[] = [];

  /** Registers an event. */
  registerEvent(event: Event): void {
    this.#events.push(event);
  }

  /** Handles events until the signal aborts. */
  async runForever(signal: AbortSignal): Promise<void> {
    console.log(`Queue running with ${this.#events.length} events`);
    while (!signal.aborted) {
      await asyncio.sleep(0.001); // Lets a signal in
      const event = this.#events.shift();
      if (event === undefined) {
        continue;
      }
      event.executeAction(this);
    }
  }
}

/** Makes an action: prints the name of the event, and blocks. */
function say(delay: number): Action {
  return (event) => {
    console.log(event.name);
    sleep(delay);
  };
}

/** Blocks everything for so many seconds. Python's `time.sleep`. */
function sleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

/** Runs the loop with two knocks until the signal aborts. */
export async function main(delay: number, signal: AbortSignal): Promise<void> {
  const eventLoop = new EventLoop();
  const [knock, who] = [say(delay), say(delay)];

  // A chain of events: knock -> who
  const replying = new Event("Who's there?", who);
  const knocking = new Event("Knock-knock", knock, replying);

  for (let i = 0; i < 2; i++) {
    eventLoop.registerEvent(knocking);
  }

  await asyncio.run(() => eventLoop.runForever(signal));
}

if (import.meta.main) {
  const { delay } = options({ delay: seconds(1) });
  await program("run", () => main(delay, stopSignal()));
}
