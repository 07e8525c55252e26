import { X509Certificate } from 'node:crypto';
import type { Authorities } from '#libs/ca';
import { Gauge, type Registry } from 'prom-client';

/**
 * Registers metrics for alerts on the expiry of CA certificates. An issuing CA cannot sign a certificate that outlives
 * it, so it must be rotated more than a certificate's lifetime before its end.
 */
export function registerAuthorityMetrics(
  authorities: Authorities,
  registry: Registry,
  clock: () => Date,
): void {
  new Gauge({
    name: 'reseal_ca_certificate_expiry_seconds',
    help: 'Seconds until a CA certificate expires; role is root, issuing (signs CRLs) or current (also signs certificates)',
    labelNames: ['role', 'subject'],
    registers: [registry],
    collect() {
      const { current, all, root } = authorities;
      const { subject, validToDate } = new X509Certificate(root);
      const left = (end: Date) => (end.getTime() - clock().getTime()) / 1_000;
      this.reset();
      this.set({ role: 'root', subject: subject.replaceAll('\n', ', ') }, left(validToDate));
      for (const issuing of all) {
        const role = issuing === current ? 'current' : 'issuing';
        this.set({ role, subject: issuing.subject }, left(issuing.identity.notAfter));
      }
    },
  });
}
