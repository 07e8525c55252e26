import type { KeptKey } from '../key/own-key.js';
import type { BrowserStore, KeptReissue } from '../key/store.js';

/** The progress that this browser keeps. Another tab may change it, so each change starts from what is stored. */
export class KeptProgress {
  private last: KeptReissue | undefined;

  constructor(
    private readonly store: BrowserStore,
    private readonly onChange: (kept: KeptReissue | undefined) => void,
  ) {}

  /** What was read or written last, without a look into the store. */
  get latest(): KeptReissue | undefined {
    return this.last;
  }

  async read(): Promise<KeptReissue | undefined> {
    const found = await this.store.readKept();
    if (found?.revision !== this.last?.revision) this.show(found);
    return this.last;
  }

  /** Keeps a new key, before its reissue has an id. */
  begin(key: KeptKey): Promise<void> {
    return this.write({ reissueId: null, key });
  }

  /** Changes nothing where nothing is kept. */
  async change(change: Partial<KeptReissue>): Promise<void> {
    const kept = await this.read();
    if (kept) await this.write({ ...kept, ...change });
  }

  async erase(): Promise<void> {
    this.show(undefined);
    await this.store.eraseKept();
  }

  /** Erases without a change on the screen: the page is about to show something else. */
  async eraseSilently(): Promise<void> {
    this.last = undefined;
    await this.store.eraseKept();
  }

  private async write(kept: Omit<KeptReissue, 'revision'>): Promise<void> {
    const revised = { ...kept, revision: crypto.randomUUID() };
    this.show(revised);
    await this.store.writeKept(revised);
  }

  private show(kept: KeptReissue | undefined): void {
    this.last = kept;
    this.onChange(kept);
  }
}
