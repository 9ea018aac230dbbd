/**
 * Reports of a component to the app: items with numbers that only grow. They are kept and sent again
 * until the app says up to which number it has them, so none is lost and none counts twice.
 */

/** Up to which number the app has the items of a stream. */
export interface Acked {
  stream: string;
  number: number;
}

/** Its time is seconds since 1970. */
export interface Report<Item> {
  stream: string;
  sent: number;
  items: (Item & { n: number })[];
}

export class ReportQueue<Item> {
  private readonly stream = Math.random().toString(36).slice(2);
  private number = 0;
  private items: Report<Item>["items"] = [];

  add(item: Item): void {
    this.number += 1;
    this.items.push({ ...item, n: this.number });
  }

  /** Forget what the app has. */
  forget({ stream, number }: Acked): void {
    if (stream === this.stream) this.items = this.items.filter((item) => item.n > number);
  }

  /** Return what the app does not have yet; null: it has everything. */
  report(): Report<Item> | null {
    const { stream, items } = this;
    return items.length === 0 ? null : { stream, sent: Date.now() / 1000, items: [...items] };
  }
}
