// Copyright 2026 the asyncio authors. MIT license.

/**
 * Coroutines on generators: a function that stops in the middle, lets the event loop go round, and
 * goes on where it was. The whole loop is ten lines.
 *
 * From the concurrency course, part VII, chapter 12.
 *
 *     deno run examples/12_coroutines/fibonacci.ts
 *
 * The document stops its output at the fifth number and "Task completed"; its program, like this one,
 * has to go round once more to find that out.
 *
 * @module
 */

type Coroutine = Generator<void, number, void>;

export class EventLoop {
  readonly tasks: Coroutine[] = [];

  /** Adds a task to the queue. */
  addCoroutine(task: Coroutine): void {
    this.tasks.push(task);
  }

  /** Runs a task for one step. */
  runCoroutine(task: Coroutine): void {
    const { done } = task.next(); // Runs to the next yield
    if (!done) {
      this.addCoroutine(task); // Not done yet: once more
    } else {
      console.log("Task completed");
    }
  }

  /** Runs until there is no task any more. */
  runForever(): void {
    while (this.tasks.length > 0) {
      console.log("Event loop cycle.");
      this.runCoroutine(this.tasks.shift()!);
    }
  }
}

/** The Fibonacci numbers, as a coroutine. */
export function* fibonacci(n: number): Coroutine {
  let [a, b] = [0, 1];
  for (let i = 0; i < n; i++) {
    [a, b] = [b, a + b];
    console.log(`Fibonacci(${i}): ${a}`);
    yield; // Hands control back to the event loop
  }
  return a;
}

/** Runs one task on a loop. */
export function main(): void {
  const eventLoop = new EventLoop();
  eventLoop.addCoroutine(fibonacci(5));
  eventLoop.runForever();
}

if (import.meta.main) {
  main();
}
