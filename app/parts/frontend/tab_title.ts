/**
 * The tab's title, held by one part of the page at a time: two that set it in turn would have no end.
 * Streamlit writes the page's own title again with every run.
 */
export class TabTitle {
  private readonly id = Math.random().toString(36).slice(2);
  private readonly marks = document.documentElement.dataset;
  private readonly watch = new MutationObserver(() => this.keep());
  private wanted = "";

  /** Hold the title from now on; whoever held it before is silent. */
  take(): void {
    if (this.marks.titleHolder === undefined) this.marks.title = document.title;
    this.marks.titleHolder = this.id;
    this.watch.observe(document.head, { subtree: true, childList: true, characterData: true });
  }

  set(title: string): void {
    this.wanted = title;
    if (this.isHeld && title !== "" && document.title !== title) document.title = title;
  }

  /** Give the page its own title back. */
  leave(): void {
    this.watch.disconnect();
    if (!this.isHeld) return;
    document.title = this.marks.title ?? "";
    delete this.marks.titleHolder;
  }

  private get isHeld(): boolean {
    return this.marks.titleHolder === this.id;
  }

  /** What the page writes meanwhile is its own title from then on: it may be another page by now. */
  private keep(): void {
    if (!this.isHeld || this.wanted === "" || document.title === this.wanted) return;
    this.marks.title = document.title;
    document.title = this.wanted;
  }
}
