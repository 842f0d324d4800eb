// Copyright 2026 the asyncio authors. MIT license.

/** The languages that the page speaks. */
export type Language = "en" | "ja";

/** The words of a chapter in one language. */
export interface ChapterWords {
  readonly title: string;
  /** Three sentences. */
  readonly text: readonly [string, string, string];
  readonly question: string;
  readonly answer: string;
}

/** What is said in a chapter, in each language. */
export interface ChapterText extends Readonly<Record<Language, ChapterWords>> {
  /** The name of its program, without the ending. */
  readonly id: string;
}

/** A chapter: what is said, and the program. */
export interface Chapter extends ChapterText {
  readonly program: string;
}
