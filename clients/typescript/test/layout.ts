/** A text in a box that scrolls, laid out by hand: happy-dom has a document but no layout. */

export interface Layout {
  scroller: HTMLElement;
  /** Height of the window, in pixels. */
  screen: number;
  /** Where the box stands on the screen, and how tall it is. */
  top: number;
  height: number;
  /** Height of each passage, top down, by its id. */
  passages: ReadonlyMap<string, number>;
  /** Space before the first and after the last passage. */
  padding: () => { above: number; below: number };
}

/** Make a document's elements stand where a layout says; `elements` finds them at each look. */
export function layOut(layout: Layout, elements: () => ReadonlyMap<string, Element>): void {
  const { scroller, top, height } = layout;
  Object.defineProperty(window, "innerHeight", { value: layout.screen, configurable: true });
  const total = () => {
    const { above, below } = layout.padding();
    return [...layout.passages.values()].reduce((sum, one) => sum + one, above + below);
  };
  let scrolled = 0;
  Object.defineProperties(scroller, {
    clientHeight: { get: () => height, configurable: true },
    scrollHeight: { get: () => Math.max(height, total()), configurable: true },
    scrollTop: {
      get: () => scrolled,
      set: (to: number) => {
        scrolled = Math.max(0, Math.min(to, total() - height));
      },
      configurable: true,
    },
  });
  scroller.scrollBy = (by?: ScrollToOptions | number) => {
    if (typeof by === "object") scrollTo(scroller, scrolled + (by.top ?? 0));
  };
  const rect = (from: number, tall: number) => new DOMRect(0, from, 600, tall);
  scroller.getBoundingClientRect = () => rect(top, height);
  const place = (id: string) => {
    let at = top + layout.padding().above - scrolled;
    for (const [name, tall] of layout.passages) {
      if (name === id) return rect(at, tall);
      at += tall;
    }
    return rect(0, 0);
  };
  for (const [id, element] of elements()) element.getBoundingClientRect = () => place(id);
}

export function scrollTo(scroller: HTMLElement, top: number): void {
  scroller.scrollTop = top;
  scroller.dispatchEvent(new Event("scroll"));
}

export function find(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no element ${selector}`);
  return found;
}
