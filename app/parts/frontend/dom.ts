/** What every part of the app in the browser does with its elements and with keys. */

const TYPING = "input, textarea, select, [contenteditable], [role=slider], [role=dialog]";

export function find(parent: ParentNode, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no element ${selector}`);
  return found;
}

/** Whether a key belongs to the browser, or to somebody who handled it before. */
export function isTaken(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
}

/** Whether a key is meant for the element in which it was pressed. */
export function isTyped(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof Element && target.closest(TYPING) !== null;
}
