/** The figures of a run, as `--json` prints them. */
export interface Figures {
  readonly reissues: number;
  readonly registered: number;
  readonly failed: number;
  /** From making the key pair to the answered registration proof; of the registered ones. */
  readonly msPerReissue: { readonly p50: number | null; readonly p99: number | null };
  /** CloudEvents of these reissues seen in Kafka. */
  readonly events: number;
  /** Events in a reissue's Temporal history: the median. */
  readonly historyEvents: number | null;
  /** Registered reissues a second of the whole run; only of several. */
  readonly perSecond?: number;
}
