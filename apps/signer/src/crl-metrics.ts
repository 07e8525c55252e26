import { crlStanding, type PublicationPorts } from '#activities/publication';
import { certificateKeyId, type Authorities } from '#libs/ca';
import { latestRootCrl } from '#libs/db/crls';
import { Gauge, type Registry } from 'prom-client';

/** Registers metrics for alerts on CRLs. A value is NaN while PostgreSQL cannot be reached. */
export function registerCrlMetrics(
  ports: Pick<PublicationPorts, 'db' | 'clock'> & { readonly authorities: Pick<Authorities, 'all' | 'root'> },
  registry: Registry,
): void {
  // Both gauges of one scrape share one query.
  let query: ReturnType<typeof crlStanding> | undefined;
  const standing = () => (query ??= crlStanding(ports).finally(() => (query = undefined)));

  new Gauge({
    name: 'reseal_crl_oldest_pending_seconds',
    help: 'Age of the oldest status change that no CRL shows yet; 0 if there is none',
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
    help: 'Seconds until the next update of the CRL of an issuing CA that is due first',
    labelNames: ['issuer'],
    registers: [registry],
    async collect() {
      this.reset();
      const found = await standing().catch(() => undefined);
      for (const [issuer, seconds] of found?.nextUpdateSeconds ?? []) this.set({ issuer }, seconds);
    },
  });
  new Gauge({
    name: 'reseal_root_crl_next_update_seconds',
    help: 'Seconds until the next update of the published root CRL; 0 if there is none',
    registers: [registry],
    async collect() {
      const { db, authorities, clock } = ports;
      const left = ({ next_update }: { next_update: Date }) =>
        (next_update.getTime() - clock().getTime()) / 1_000;
      this.set(
        await latestRootCrl(db, certificateKeyId(authorities.root)).then(
          (crl) => (crl ? left(crl) : 0),
          () => NaN,
        ),
      );
    },
  });
}
