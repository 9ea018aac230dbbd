/** What every part of the app in the browser does with its elements, with keys and with times. */

const TYPING = "input, textarea, select, [contenteditable], [role=slider], [role=dialog]";

export function find(parent: ParentNode, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no element ${selector}`);
  return found;
}

/** What Streamlit hands to a component, as far as every one uses it. */
interface Mounted {
  parentElement: ParentNode;
}

/** What stands in one place of the page, and is told whenever the app's script has run. */
interface Part<Component> {
  update(component: Component): void;
  close(): void;
}

/** Return what Streamlit calls after each run: it makes a part for each place once. */
export function kept<Component extends Mounted>(
  make: (component: Component) => Part<Component>,
): (component: Component) => () => void {
  const parts = new WeakMap<ParentNode, Part<Component>>();
  return (component) => {
    const part = parts.get(component.parentElement) ?? make(component);
    parts.set(component.parentElement, part);
    part.update(component);
    return () => part.close();
  };
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

/** Return a time as 4:05, or 1:04:05 from an hour on. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
