import { Counter, Gauge, type Registry } from 'prom-client';

/** Files of a credential, as the log and the metrics show them. */
export interface ReportedFiles {
  readonly credential: string;
  /** Whether the files are not usable now. */
  readonly stale: boolean;
  /** The end of the validity of a client certificate. */
  readonly notAfter: Date | undefined;
  /** Reads the files again if they have changed. */
  refresh(): void;
}

/** What a re-read of changed files resulted in. */
export interface Reload {
  /** Whose credential it is, e.g. `kafka`. */
  readonly credential: string;
  /** Why the former content stays in use; undefined if the new one is used. */
  readonly problem: string | undefined;
}

interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

type Result = 'success' | 'failure';

/** Of this process. */
const files = new Set<ReportedFiles>();
const counts = new Map<string, Record<Result, number>>();
let log: Log | undefined;

/** Adds files to those that the metrics and the log report. */
export function reportFiles(added: ReportedFiles): void {
  files.add(added);
  if (!counts.has(added.credential)) counts.set(added.credential, { success: 0, failure: 0 });
}

/** Counts and logs a re-read. */
export function reportReload({ credential, problem }: Reload): void {
  const count = counts.get(credential);
  if (count) count[problem === undefined ? 'success' : 'failure'] += 1;
  if (problem === undefined) log?.info({ credential }, 'a renewed credential is used');
  else
    log?.warn({ credential, problem }, 'a changed credential is not usable, and the former one stays in use');
}

/** Logs the re-reads of this process's credentials, and adds their metrics. Each scrape looks for changed files. */
export function watchCredentials(logger: Log, registry: Registry): void {
  log = logger;
  new Counter({
    name: 'reseal_credential_reloads_total',
    help: 'Re-reads of changed files with certificates, passwords and tokens, by result',
    labelNames: ['credential', 'result'],
    registers: [registry],
    collect() {
      this.reset();
      for (const each of files) each.refresh();
      for (const [credential, count] of counts)
        for (const result of ['success', 'failure'] as const) this.inc({ credential, result }, count[result]);
    },
  });
  new Gauge({
    name: 'reseal_credential_stale',
    help: 'Whether the files of a credential are not usable, so that their former content stays in use',
    labelNames: ['credential'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { credential } of files) this.set({ credential }, 0);
      for (const { credential, stale } of files) if (stale) this.set({ credential }, 1);
    },
  });
  new Gauge({
    name: 'reseal_client_certificate_expiry_seconds',
    help: 'Time until a client certificate in use expires',
    labelNames: ['credential'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { credential, notAfter } of files)
        if (notAfter) this.set({ credential }, (notAfter.getTime() - Date.now()) / 1000);
    },
  });
}
