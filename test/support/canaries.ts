import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { EnvelopePurpose } from '#libs/vault';

/** Something that must not be found where it does not belong. */
export interface Canary {
  readonly kind: string;
  readonly bytes: Buffer;
}

/** What is shorter is found by chance. */
const shortestBytes = 12;
const file = () => process.env.RESEAL_CANARIES;

/** Notes a secret that a test gives away, in the file that RESEAL_CANARIES names; without one, nothing is noted. */
export function rememberSecret(kind: string, bytes: Buffer): void {
  const path = file();
  if (path === undefined || bytes.length < shortestBytes) return;
  appendFileSync(path, `${JSON.stringify({ kind, hex: bytes.toString('hex') })}\n`, { mode: 0o600 });
}

/** Notes a secret that is sealed for a purpose, in the forms in which it could be found. */
export function rememberSealed(purpose: EnvelopePurpose, value: string): void {
  rememberSecret(purpose, Buffer.from(value));
  if (purpose === 'vid-random') rememberSecret(purpose, Buffer.from(value, 'hex'));
  if (purpose === 'rrn') rememberSecret(purpose, Buffer.from(`${value.slice(0, 6)}-${value.slice(-7)}`));
}

/** All secrets noted so far, by all tests of this run. */
export function rememberedSecrets(): Canary[] {
  const path = file();
  if (path === undefined || !existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const { kind, hex } = JSON.parse(line) as { kind: string; hex: string };
    return { kind, bytes: Buffer.from(hex, 'hex') };
  });
}
