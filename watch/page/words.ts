// Copyright 2026 the asyncio authors. MIT license.

import type { Language } from "../chapters/chapter.ts";
import type { Snapshot, Step, TaskRow } from "../timeline/timeline.ts";

/** The words of the page itself. */
const WORDS = {
  en: {
    title: "asyncio, step by step",
    chapter: "Chapter",
    program: "Program",
    run: "Run",
    changed: "Changed: run it again",
    reset: "As it was",
    first: "To the beginning",
    turnBack: "Back to the loop's last move",
    back: "One step back",
    forward: "One step",
    turnOn: "On to the loop's next move",
    last: "To the end",
    play: "Play",
    pause: "Pause",
    step: "Step",
    clock: "Clock",
    turn: "Turn",
    running: "Running",
    ready: "Ready queue",
    readyHint: "first in, first out",
    nextTurn: "next turn",
    timers: "Timers",
    timersHint: "a heap: none is later than those below it",
    tasks: "Tasks",
    tasksHint: "who waits for what, and where",
    selector: "Selector",
    selectorHint: "who is watched for what",
    log: "Log",
    nothing: "nothing",
    nobody: "nobody",
    answer: "Answer",
    source: "the program",
    callback: "callback",
    more: "more",
    descriptor: "fd",
    object: "object",
    events: "events",
    pending: "waiting in it",
    handler: "handler",
    keys:
      "Keys: ← → a step · Shift+← Shift+→ the loop's moves · Home End · Space plays · [ ] chapters · " +
      "Ctrl+Enter runs · Esc leaves the editor",
    language: "日本語",
    real: "The library itself runs in this page, in virtual time. Nothing leaves your machine.",
  },
  ja: {
    title: "asyncio を一歩ずつ",
    chapter: "章",
    program: "プログラム",
    run: "実行",
    changed: "変更あり:もう一度実行",
    reset: "元に戻す",
    first: "最初へ",
    turnBack: "ループの前の動作へ",
    back: "一歩戻る",
    forward: "一歩進む",
    turnOn: "ループの次の動作へ",
    last: "最後へ",
    play: "再生",
    pause: "一時停止",
    step: "ステップ",
    clock: "時計",
    turn: "周",
    running: "実行中",
    ready: "実行待ちキュー",
    readyHint: "先入れ先出し",
    nextTurn: "次の周",
    timers: "タイマー",
    timersHint: "ヒープ：下のものより遅いものはない",
    tasks: "タスク",
    tasksHint: "誰が何を、どこで待つか",
    selector: "セレクタ",
    selectorHint: "何を何のために監視しているか",
    log: "ログ",
    nothing: "なし",
    nobody: "なし",
    answer: "答え",
    source: "プログラム",
    callback: "コールバック",
    more: "件",
    descriptor: "fd",
    object: "対象",
    events: "イベント",
    pending: "到着済み",
    handler: "ハンドラ",
    keys: "キー:← → 一歩 · Shift+← Shift+→ ループの動作 · Home End · スペースで再生 · [ ] 章 · " +
      "Ctrl+Enter で実行 · Esc でエディタを出る",
    language: "English",
    real: "このページの中でライブラリそのものが仮想時間で動いています。外部への通信はありません。",
  },
} as const satisfies Record<Language, Record<string, string>>;

/** The words of a language. */
export type Words = Readonly<Record<keyof typeof WORDS.en, string>>;

/** The words of the page in a language. */
export function wordsOf(language: Language): Words {
  return WORDS[language];
}

/** The states of tasks. */
const STATES: Record<Language, Record<TaskRow["state"] | "cancelling", string>> = {
  en: {
    ready: "ready",
    running: "running",
    waiting: "waiting",
    cancelling: "being cancelled",
    returned: "returned",
    raised: "failed",
    cancelled: "cancelled",
  },
  ja: {
    ready: "実行待ち",
    running: "実行中",
    waiting: "待機中",
    cancelling: "キャンセル中",
    returned: "完了",
    raised: "失敗",
    cancelled: "キャンセル済み",
  },
};

/** The state of a task, in words. */
export function stateOf(task: TaskRow, language: Language): string {
  return STATES[language][task.isCancelling ? "cancelling" : task.state];
}

/** A state, in words. */
export function stateWord(state: TaskRow["state"], language: Language): string {
  return STATES[language][state];
}

/** A time, in words. */
export function seconds(time: number): string {
  return `${Number.isInteger(time) ? time.toFixed(1) : Number(time.toFixed(3))} s`;
}

/** What a task waits for, in words. */
export function waitOf(task: TaskRow, now: Snapshot, language: Language): string {
  const { waits } = task;
  if (waits === null) return "";
  const isJapanese = language === "ja";
  if (waits.kind === "task") {
    const name = now.tasks.get(waits.id)?.name ?? "";
    return isJapanese ? `タスク ${name}` : `the task ${name}`;
  }
  if (waits.kind === "timer") {
    const when = now.timers.get(waits.id)?.when;
    if (when === undefined) return isJapanese ? "タイマー" : "its timer";
    return isJapanese ? `${seconds(when)} のタイマー` : `the timer at ${seconds(when)}`;
  }
  if (waits.kind === "call") return waits.text;
  const names = waits.parts.map((id) => now.tasks.get(id)?.name ?? "");
  if (names.length > 0) return names.join(isJapanese ? "、" : ", ");
  return isJapanese ? "Future" : "a future";
}

/** A step, in a sentence. */
export function captionOf(step: Step, now: Snapshot, language: Language): string {
  return language === "ja" ? japanese(step, now) : english(step, now);
}

/** The name of whoever a step is about. */
function nameOf({ who }: Step, now: Snapshot): string {
  return now.tasks.get(who)?.name ?? now.entries.get(who)?.label ?? who;
}

/** The name of the callback under way. */
function callbackOf(now: Snapshot): string {
  return now.entries.get(now.loop.running ?? "")?.label ?? "";
}

/** The task that an entry is a step of. */
function taskOf({ who }: Step, now: Snapshot): TaskRow | undefined {
  const entry = now.entries.get(who);
  return entry?.kind === "task" ? now.tasks.get(entry.task ?? "") : undefined;
}

/** The name of the task whose sleep an entry is. */
function sleeperOf({ who }: Step, now: Snapshot): string {
  return now.tasks.get(now.entries.get(who)?.task ?? "")?.name ?? "";
}

function sleepOf(step: Step, now: Snapshot): string {
  return `the sleep of ${sleeperOf(step, now) || "nobody"}`;
}

function english(step: Step, now: Snapshot): string {
  const { what, who, line, text } = step;
  const name = nameOf(step, now);
  switch (what) {
    case "start":
      return "The program is about to begin. Step with → or the buttons.";
    case "line":
      if (who === "program") return `The program is at line ${line}.`;
      if (who === "callback") return `The callback ${callbackOf(now)} is at line ${line}.`;
      return `The task ${name} is at line ${line}.`;
    case "begin":
      return englishBegin(step, now);
    case "end":
      return englishEnd(step, now);
    case "fire":
      if (now.entries.get(who)?.kind === "timer") {
        return `The timer of ${sleepOf(step, now)} is due: it goes into the ready queue.`;
      }
      return `The timer of ${name} is due: it goes into the ready queue.`;
    case "jump":
      return `Nothing is ready: the clock goes to ${seconds(now.loop.now)}.`;
    case "select":
      return `The selector reports: ${countReady(now)} ready.`;
    case "crowd":
      return `${line} steps of many tasks.`;
    case "over":
      return "The program has come to its end.";
    case "failed":
      return `The program has failed: ${text}${line > 0 ? ` (line ${line})` : ""}`;
    case "halted":
      return text === ""
        ? "Stopped: nothing was heard of the program any more."
        : `Stopped after ${text} steps: the program seems to go on for ever.`;
  }
}

function englishBegin(step: Step, now: Snapshot): string {
  const entry = now.entries.get(step.who);
  const name = nameOf(step, now);
  if (entry?.kind === "task") return `The loop takes the first of the queue: ${name} goes on.`;
  if (entry?.kind === "callback") {
    return `The loop takes the first of the queue, and calls ${name}.`;
  }
  return `The loop takes the first of the queue: ${sleepOf(step, now)}, which is over.`;
}

function englishEnd(step: Step, now: Snapshot): string {
  const task = taskOf(step, now);
  const name = nameOf(step, now);
  switch (task?.state) {
    case "waiting":
      return `${task.name} waits for ${waitOf(task, now, "en")}.`;
    case "ready":
      return `${task.name} gives way, and stands at the end of the queue.`;
    case "returned":
      return `${task.name} has returned${task.outcome === "" ? "" : ` ${task.outcome}`}.`;
    case "raised":
      return `${task.name} has failed: ${task.outcome}`;
    case "cancelled":
      return `${task.name} is cancelled.`;
    default:
      if (now.entries.get(step.who)?.kind === "timer") {
        return `The future of ${sleepOf(step, now)} is done, and whoever waits is ready.`;
      }
      return `The callback ${name} is through.`;
  }
}

function japanese(step: Step, now: Snapshot): string {
  const { what, who, line, text } = step;
  const name = nameOf(step, now);
  switch (what) {
    case "start":
      return "プログラムが始まるところです。→ キーかボタンで一歩ずつ進みます。";
    case "line":
      if (who === "program") return `プログラムは ${line} 行目にいます。`;
      if (who === "callback") return `コールバック ${callbackOf(now)} は ${line} 行目にいます。`;
      return `タスク ${name} は ${line} 行目にいます。`;
    case "begin":
      return japaneseBegin(step, now);
    case "end":
      return japaneseEnd(step, now);
    case "fire":
      if (now.entries.get(who)?.kind === "timer") {
        return `${sleeperOf(step, now)} の sleep のタイマーが満了し、実行待ちキューに入ります。`;
      }
      return `${name} のタイマーが満了し、実行待ちキューに入ります。`;
    case "jump":
      return `実行できるものがないので、時計が ${seconds(now.loop.now)} に進みます。`;
    case "select":
      return `セレクタの報告:準備完了が ${countReady(now)} 件。`;
    case "crowd":
      return `多数のタスクの ${line} ステップ。`;
    case "over":
      return "プログラムは終わりました。";
    case "failed":
      return `プログラムは失敗しました:${text}${line > 0 ? `(${line} 行目)` : ""}`;
    case "halted":
      return text === ""
        ? "止めました:プログラムから何の知らせもありません。"
        : `${text} ステップで止めました:終わらないプログラムのようです。`;
  }
}

function japaneseBegin(step: Step, now: Snapshot): string {
  const entry = now.entries.get(step.who);
  const name = nameOf(step, now);
  if (entry?.kind === "task") return `ループがキューの先頭を取り出し、${name} が続きを実行します。`;
  if (entry?.kind === "callback") return `ループがキューの先頭を取り出し、${name} を呼びます。`;
  return `ループがキューの先頭を取り出します。${sleeperOf(step, now)} の sleep が終わりました。`;
}

function japaneseEnd(step: Step, now: Snapshot): string {
  const task = taskOf(step, now);
  const name = nameOf(step, now);
  switch (task?.state) {
    case "waiting":
      return task.waits?.kind === "timer" && now.timers.has(task.waits.id)
        ? `${task.name} は ${seconds(now.timers.get(task.waits.id)!.when)} まで眠ります。`
        : `${task.name} は ${waitOf(task, now, "ja")} を待ちます。`;
    case "ready":
      return `${task.name} は順番を譲り、キューの最後に並びます。`;
    case "returned":
      return `${task.name} は終わりました${task.outcome === "" ? "" : `(${task.outcome})`}。`;
    case "raised":
      return `${task.name} は失敗しました:${task.outcome}`;
    case "cancelled":
      return `${task.name} はキャンセルされました。`;
    default:
      if (now.entries.get(step.who)?.kind === "timer") {
        return `${sleeperOf(step, now)} は sleep から起こされました。`;
      }
      return `コールバック ${name} は終わりました。`;
  }
}

function countReady(now: Snapshot): number {
  return now.rows.values().filter(({ ready }) => ready !== 0).toArray().length;
}
