/** The small window that stays on top of other programs, where the browser knows such windows. */

interface SmallWindows {
  requestWindow: (size: { width: number; height: number }) => Promise<Window>;
}

export class SmallWindow {
  private opened: Window | null = null;

  get isKnown(): boolean {
    return smallWindows() !== undefined;
  }

  /** Open the window, or close it. */
  async toggle(): Promise<void> {
    if (this.opened !== null) {
      this.opened.close();
      return;
    }
    const opened = await smallWindows()?.requestWindow({ width: 260, height: 150 });
    if (opened === undefined) return;
    this.opened = opened;
    const { document: inside } = opened;
    inside.title = "Study timer";
    const style = inside.createElement("style");
    style.textContent =
      "body { margin: 0; height: 100vh; display: grid; place-content: center; gap: .2rem;" +
      " text-align: center; font-family: system-ui, sans-serif; color-scheme: light dark;" +
      " background: Canvas; color: CanvasText }" +
      " strong { font-size: 3rem; font-variant-numeric: tabular-nums; line-height: 1 }" +
      " button { font: inherit; padding: .3rem .8rem }";
    const [label, time, press] = ["span", "strong", "button"].map((tag) =>
      inside.createElement(tag),
    );
    inside.head.append(style);
    if (label && time && press) inside.body.append(label, time, press);
    opened.addEventListener("pagehide", () => (this.opened = null));
  }

  close(): void {
    this.opened?.close();
  }

  /** Show a state, the time, and what a press does; without a window nothing happens. */
  show(state: string, shownTime: string, words: string, press: () => void): void {
    const body = this.opened?.document.body;
    if (!body) return;
    const [label, time, button] = body.children as unknown as HTMLElement[];
    if (!label || !time || !button) return;
    label.textContent = state;
    time.textContent = shownTime;
    if (button.textContent !== words) button.textContent = words;
    button.onclick = press;
  }
}

function smallWindows(): SmallWindows | undefined {
  return (window as { documentPictureInPicture?: SmallWindows }).documentPictureInPicture;
}
