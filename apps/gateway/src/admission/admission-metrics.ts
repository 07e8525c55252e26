import { Counter, Gauge, type Registry } from 'prom-client';
import { admittedKinds, type Admission, type AdmittedKind } from './admission.js';

/** Registers what the admission allows, what is in progress, and what it refused. */
export function registerAdmissionMetrics(
  registry: Registry,
  admission: Pick<Admission, 'limitOf' | 'inProgress' | 'refused'>,
): void {
  const valueOf = (value: (kind: AdmittedKind) => number) =>
    function collect(this: Gauge<'kind'>) {
      for (const kind of admittedKinds) this.set({ kind }, value(kind));
    };
  new Gauge({
    name: 'reseal_gateway_admission_limit',
    help: 'Calls in progress of all kinds from which calls of this kind are refused',
    labelNames: ['kind'],
    registers: [registry],
    collect: valueOf((kind) => admission.limitOf(kind)),
  });
  new Gauge({
    name: 'reseal_gateway_admission_in_progress',
    help: 'Calls in progress',
    labelNames: ['kind'],
    registers: [registry],
    collect: valueOf((kind) => admission.inProgress(kind)),
  });
  new Counter({
    name: 'reseal_gateway_admission_refused_total',
    help: 'Calls refused because of too much load',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      this.reset();
      for (const kind of admittedKinds) this.inc({ kind }, admission.refused(kind));
    },
  });
}
