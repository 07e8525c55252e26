import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/observability';
import type { RestoreFinding } from './findings.js';
import { recordFinding, type FindingContext } from './record-finding.js';
import type { RestoreWatch } from './restore-watch.js';

const retryMs = 1_000;

/**
 * Resolves when a process may start to work: its checks find no restore, and none is pending. A failed check is repeated.
 *
 * @param checks each returns a finding that shows a restore, or undefined
 */
export async function waitUntilReconciled(
  context: FindingContext & { readonly logger: Pick<Logger, 'error' | 'warn'> },
  watch: RestoreWatch,
  checks: readonly (() => Promise<RestoreFinding | undefined>)[],
  signal: AbortSignal,
): Promise<void> {
  let logged = false;
  while (!signal.aborted) {
    try {
      // No checks while a restore is pending: the same finding would be recorded again after the reconciliation.
      await watch.refresh();
      if (!watch.pending && !(await findAnything(context, checks))) return;
    } catch (err) {
      if (!logged) context.logger.warn({ err }, 'cannot check yet whether the database was restored');
      logged = true;
    }
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function findAnything(
  context: FindingContext,
  checks: readonly (() => Promise<RestoreFinding | undefined>)[],
): Promise<boolean> {
  for (const check of checks) {
    const finding = await check();
    if (!finding) continue;
    await recordFinding(context, finding);
    return true;
  }
  return false;
}
