import type { PasswordHashing } from '#activities/password';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Adds the metrics of the pool that hashes passwords. */
export function registerHashingMetrics(hashing: PasswordHashing, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'password_hashing_running',
    help: 'Passwords that are being hashed',
    registers,
    collect() {
      this.set(hashing.running);
    },
  });
  new Gauge({
    name: 'password_hashing_waiting',
    help: 'Passwords that wait to be hashed; who finds too many waiting comes again later',
    registers,
    collect() {
      this.set(hashing.waiting);
    },
  });
  const total = (name: string, help: string, value: () => number) => {
    let counted = 0;
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.inc(value() - counted);
        counted = value();
      },
    });
  };
  total('password_hashes_total', 'Passwords hashed', () => hashing.totals.hashed);
  total(
    'password_hashing_seconds_total',
    'Time spent hashing passwords, waiting not included',
    () => hashing.totals.hashingMs / 1_000,
  );
  total(
    'password_hashing_turned_away_total',
    'Passwords that came when too many were waiting',
    () => hashing.totals.turnedAway,
  );
}
