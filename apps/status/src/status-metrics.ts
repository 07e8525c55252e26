import type { Clock } from '#libs/domain';
import { Gauge, type Registry } from 'prom-client';
import type { Issuers } from './issuers/issuers.js';

interface MetricSources {
  readonly issuers: Pick<Issuers, 'all'>;
  readonly listener: { readonly listening: boolean };
  readonly cache: { readonly size: number };
  readonly clock: Clock;
}

/** Registers the metrics of the status app, for alerts. */
export function registerStatusMetrics(
  { issuers, listener, cache, clock }: MetricSources,
  registry: Registry,
): void {
  const registers = [registry];
  new Gauge({
    name: 'reseal_ocsp_certificate_expiry_seconds',
    help: 'Seconds until the OCSP responder certificate of an issuing CA expires; -1 if there is none',
    labelNames: ['issuer'],
    registers,
    collect() {
      this.reset();
      const now = clock();
      for (const { subject, notAfter, responder } of issuers.all())
        if (notAfter > now)
          this.set(
            { issuer: subject },
            responder ? (responder.notAfter.getTime() - now.getTime()) / 1000 : -1,
          );
    },
  });
  new Gauge({
    name: 'reseal_status_listening',
    help: '1 while the process listens for status changes, otherwise 0; the cache is not used while it is 0',
    registers,
    collect() {
      this.set(listener.listening ? 1 : 0);
    },
  });
  new Gauge({
    name: 'reseal_ocsp_cached_certificates',
    help: 'Certificates with a signed OCSP response in the cache',
    registers,
    collect() {
      this.set(cache.size);
    },
  });
}
