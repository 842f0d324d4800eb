// Copyright 2026 the asyncio authors. MIT license.

import * as asyncio from "@asyncio/asyncio";
import type { BaseSelector, SelectorKey } from "@asyncio/asyncio/selectors";
import { Network, SimulatedSelector, SimulatedSocket } from "../simulated/mod.ts";
import type { Recorder } from "./recorder.ts";

/** The names that a module exports. */
type Module = Readonly<Record<string, unknown>>;

/** A virtual clock that tells where it is. */
class WatchedClock extends asyncio.VirtualClock {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    super({ autojump: true });
    this.#recorder = recorder;
  }

  override advanceTo(when: number): void {
    super.advanceTo(when);
    this.#recorder.jumped(this.time());
  }
}

/**
 * What a program can import: the library itself, but for loops, which are watched and run in virtual
 * time, and sockets, which are simulated.
 */
export function modulesFor(recorder: Recorder): (specifier: string) => Module {
  const network = new Network<SimulatedSocket>();

  class WatchedSelector<D> extends SimulatedSelector<D> {
    constructor() {
      super(network);
      recorder.watchSelector(this as unknown as SimulatedSelector);
    }

    /**
     * Nobody outside the program can make a socket ready: a loop need not wait for one in real time,
     * and where nothing is scheduled any more, nothing will ever happen.
     */
    override get active(): boolean {
      return false;
    }

    override async select(timeout?: number | null): Promise<[SelectorKey<D>, number][]> {
      const events = await super.select(timeout);
      recorder.reported();
      return events;
    }
  }

  class WatchedSocket extends SimulatedSocket {
    constructor() {
      super(network);
    }
  }

  const newEventLoop = (options: asyncio.EventLoopOptions = {}) =>
    asyncio.newEventLoop({
      clock: new WatchedClock(recorder),
      selector: new WatchedSelector() as unknown as BaseSelector,
      trace: recorder,
      ...options,
    });
  const watched = (options: asyncio.RunnerOptions) => ({ loopFactory: newEventLoop, ...options });

  class WatchedRunner extends asyncio.Runner {
    constructor(options: asyncio.RunnerOptions = {}) {
      super(watched(options));
    }
  }

  const selectors = {
    ...asyncio.selectors,
    DefaultSelector: WatchedSelector,
    DenoSelector: WatchedSelector,
    Socket: WatchedSocket,
  };
  const root = {
    ...asyncio,
    selectors,
    newEventLoop,
    Runner: WatchedRunner,
    run: (main: () => asyncio.Coroutine<unknown>, options: asyncio.RunnerOptions = {}) =>
      asyncio.run(main, watched(options)),
  };
  const coroutines = { ...asyncio.coroutines, newEventLoop };
  const modules: Readonly<Record<string, Module>> = {
    "@asyncio/asyncio": root,
    "@asyncio/asyncio/asyncio": root,
    "@asyncio/asyncio/coroutines": coroutines,
    "@asyncio/asyncio/selectors": selectors,
  };
  return (specifier) => {
    const module = modules[specifier];
    if (module !== undefined) return module;
    const known = Object.keys(modules).join(", ");
    throw new Error(`Cannot import "${specifier}": on this page there are ${known}`);
  };
}
