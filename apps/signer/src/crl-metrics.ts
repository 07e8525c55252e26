import { crlStanding, type PublicationPorts } from '#activities/publication';
import { Gauge, type Registry } from 'prom-client';

/** Adds what alarms about CRLs are set on. A figure that cannot be had, because PostgreSQL is away, is NaN. */
export function registerCrlMetrics(
  ports: Pick<PublicationPorts, 'db' | 'authorities' | 'clock'>,
  registry: Registry,
): void {
  // Both gauges of one scrape share one look.
  let asked: ReturnType<typeof crlStanding> | undefined;
  const standing = () => (asked ??= crlStanding(ports).finally(() => (asked = undefined)));

  new Gauge({
    name: 'reseal_crl_oldest_pending_seconds',
    help: 'How long the changed status of a certificate has waited for a CRL that shows it; 0 if none waits',
    registers: [registry],
    async collect() {
      this.set(
        await standing().then(
          ({ oldestPendingSeconds }) => oldestPendingSeconds,
          () => NaN,
        ),
      );
    },
  });
  new Gauge({
    name: 'reseal_crl_next_update_seconds',
    help: 'Seconds until the first CRL of an issuing CA ends',
    labelNames: ['issuer'],
    registers: [registry],
    async collect() {
      this.reset();
      const found = await standing().catch(() => undefined);
      for (const [issuer, seconds] of found?.nextUpdateSeconds ?? []) this.set({ issuer }, seconds);
    },
  });
}
