import { statSync } from 'node:fs';
import { CredentialError } from './credential-error.js';
import { reportFiles, reportReload, type ReportedFiles } from './reloads.js';

/**
 * A value from files that are renewed while the process runs. Each use compares the files' inodes, sizes and times with
 * those of the last reading, so that a rename, a write, and Kubernetes' exchange of a link are noticed. If the changed
 * files are not usable, the former value stays in use until they change again.
 */
export class ReloadedFiles<T> implements ReportedFiles {
  private value: T;
  private seen: string;
  private problem: string | undefined;
  private reloads = 0;

  /**
   * @param credential its name in the log and in metrics
   * @param read reads and checks all files
   * @param endOf the end of the value's validity, if it has one
   * @throws {CredentialError} of `read`
   */
  constructor(
    readonly credential: string,
    private readonly paths: readonly string[],
    private readonly read: () => T,
    private readonly endOf: (value: T) => Date | undefined = () => undefined,
  ) {
    this.seen = this.look();
    this.value = read();
    reportFiles(this);
  }

  /** The value of the files as they are now, or as they last were usable. */
  current(): T {
    this.refresh();
    return this.value;
  }

  /** Changes with the value. A connection that was made at an earlier version uses old credentials. */
  get version(): number {
    this.refresh();
    return this.reloads;
  }

  /** Whether the files are not usable now. */
  get stale(): boolean {
    return this.problem !== undefined;
  }

  get notAfter(): Date | undefined {
    return this.endOf(this.value);
  }

  /** Reads the files again if they have changed. */
  refresh(): void {
    const found = this.look();
    if (found === this.seen) return;
    // Looked at before it is read: a later change is noticed at the next use.
    this.seen = found;
    try {
      this.value = this.read();
      this.problem = undefined;
      this.reloads += 1;
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      this.problem = error.message;
    }
    reportReload({ credential: this.credential, problem: this.problem });
  }

  private look(): string {
    return this.paths
      .map((path) => {
        const status = statSync(path, { throwIfNoEntry: false, bigint: true });
        return status ? `${status.dev}/${status.ino}/${status.size}/${status.mtimeNs}` : 'missing';
      })
      .join();
  }
}
