// Copyright 2026 the asyncio authors. MIT license.

/** What an element can be given besides its children. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Makes an element. Text becomes text, never markup.
 *
 * @param name Its name, with classes: `div.row.wide`.
 */
export function element(
  name: string,
  attributes: Attributes = {},
  ...children: (Node | string | null)[]
): HTMLElement {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag!);
  if (classes.length > 0) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of the page with an id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`There is no element #${id}`);
  return found as E;
}
