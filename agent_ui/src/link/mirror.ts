// Keeps a copy of what the server holds: snapshot first, then changes in order. Knows no socket and no store.

interface Numbered {
  readonly seq: number;
}

interface Source<Whole, Change> {
  readonly fetch: () => Promise<Whole>;
  readonly apply: (whole: Whole, change: Change) => Whole;
  readonly show: (whole: Whole) => void;
}

const RETRY_MS = 2000;

/** A mirrored object. Subscribe to the changes before `load`, so that none falls between. */
export class Mirror<Whole extends Numbered, Change extends Numbered> {
  private whole: Whole | null = null;
  private waiting: Change[] = [];
  private loading = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly source: Source<Whole, Change>) {}

  /** Whether a snapshot is here and every change since then. */
  get ready(): boolean {
    return this.whole !== null;
  }

  /** Take the snapshot again; changes that arrive meanwhile are applied on top of it. */
  async load(): Promise<void> {
    clearTimeout(this.retry);
    const turn = ++this.loading;
    this.waiting = [];
    this.whole = null;
    const whole = await this.source.fetch().catch(() => null);
    if (turn !== this.loading) return;
    if (!whole) {
      this.retry = setTimeout(() => void this.load(), RETRY_MS);
      return;
    }
    this.whole = whole;
    const missed = this.waiting;
    this.waiting = [];
    this.source.show(whole);
    for (const change of missed) this.take(change);
  }

  /** Apply a change, keep it until the snapshot is here, or load again when one is missing. */
  take(change: Change): void {
    if (!this.whole) {
      this.waiting.push(change);
      return;
    }
    if (change.seq <= this.whole.seq) return;
    if (change.seq > this.whole.seq + 1) {
      void this.load();
      return;
    }
    this.whole = this.source.apply(this.whole, change);
    this.source.show(this.whole);
  }

  /** The server says that `seq` exists: load again when it never came. */
  heard(seq: number | null): void {
    if (this.whole && seq !== null && seq > this.whole.seq) void this.load();
  }

  /** Forget everything and stop asking. */
  stop(): void {
    clearTimeout(this.retry);
    this.loading++;
    this.whole = null;
    this.waiting = [];
  }
}
