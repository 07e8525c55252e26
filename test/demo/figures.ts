/** The figures of a run, as `--json` prints them. */
export interface Figures {
  readonly reissues: number;
  readonly registered: number;
  readonly failed: number;
  /** Times from the creation of the key pair to the accepted registration proof, of registered reissues. */
  readonly msPerReissue: { readonly p50: number | null; readonly p99: number | null };
  /** CloudEvents of these reissues seen in Kafka. */
  readonly events: number;
  /** Median number of events in a reissue's Temporal history. */
  readonly historyEvents: number | null;
  /** Registered reissues a second; only for several reissues. */
  readonly perSecond?: number;
}
