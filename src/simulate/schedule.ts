/** What is to happen when: actions come out by time, and in the order they went in where the time is equal. */

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly action: () => void;
}

/** A binary heap (Williams, 1964): the earliest entry stands at the root. */
export class Schedule {
  readonly #heap: Entry[] = [];
  #order = 0;

  add(time: number, action: () => void): void {
    const heap = this.#heap;
    const entry = { time, order: this.#order++, action };
    let index = heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  /** Takes the earliest entry out, or says that there is none. */
  next(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const [child, place] = other !== undefined && before(other, one) ? [other, left + 1] : [one, left];
      if (!before(child, last)) break;
      heap[index] = child;
      index = place;
    }
    heap[index] = last;
    return first;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
