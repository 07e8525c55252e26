import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/observability';
import type { RestoreFinding } from './findings.js';
import { recordFinding, type FindingContext } from './record-finding.js';
import type { RestoreWatch } from './restore-watch.js';

const retryMs = 1_000;

/**
 * Resolves when a process may begin to work: its looks show no restore, and none is pending. What cannot be looked at
 * yet is looked at again.
 *
 * @param looks each answers with what shows a restore, if anything does
 */
export async function waitUntilReconciled(
  context: FindingContext & { readonly logger: Pick<Logger, 'error' | 'warn'> },
  watch: RestoreWatch,
  looks: readonly (() => Promise<RestoreFinding | undefined>)[],
  signal: AbortSignal,
): Promise<void> {
  let told = false;
  while (!signal.aborted) {
    try {
      // While a restore is pending, what it is known by would be found again after it was reconciled.
      await watch.refresh();
      if (!watch.pending && !(await findAnything(context, looks))) return;
    } catch (err) {
      if (!told) context.logger.warn({ err }, 'whether the database was restored cannot be told yet');
      told = true;
    }
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function findAnything(
  context: FindingContext,
  looks: readonly (() => Promise<RestoreFinding | undefined>)[],
): Promise<boolean> {
  for (const look of looks) {
    const finding = await look();
    if (!finding) continue;
    await recordFinding(context, finding);
    return true;
  }
  return false;
}
