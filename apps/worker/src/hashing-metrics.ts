import type { PasswordHashing } from '#activities/password';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Adds the metrics of the pool that hashes passwords. */
export function registerHashingMetrics(hashing: PasswordHashing, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'reseal_password_hashing_running',
    help: 'Passwords being hashed now',
    registers,
    collect() {
      this.set(hashing.running);
    },
  });
  new Gauge({
    name: 'reseal_password_hashing_waiting',
    help: 'Passwords waiting to be hashed; when too many wait, further requests are refused until later',
    registers,
    collect() {
      this.set(hashing.waiting);
    },
  });
  const total = (name: `reseal_${string}`, help: string, value: () => number) => {
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
  total('reseal_password_hashes_total', 'Passwords hashed', () => hashing.totals.hashed);
  total(
    'reseal_password_hashing_seconds_total',
    'Time spent hashing passwords in seconds, without waiting',
    () => hashing.totals.hashingMs / 1_000,
  );
  total(
    'reseal_password_hashing_turned_away_total',
    'Passwords refused because too many were waiting',
    () => hashing.totals.turnedAway,
  );
}
