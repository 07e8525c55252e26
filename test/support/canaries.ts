import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { EnvelopePurpose } from '#libs/vault';

/** A secret that must not appear in any store or log. */
export interface Canary {
  readonly kind: string;
  readonly bytes: Buffer;
}

/** A shorter secret would be found by chance. */
const shortestBytes = 12;
const file = () => process.env.RESEAL_CANARIES;

/** Records a secret that a test sends, in the file RESEAL_CANARIES. Without that variable, records nothing. */
export function rememberSecret(kind: string, bytes: Buffer): void {
  const path = file();
  if (path === undefined || bytes.length < shortestBytes) return;
  appendFileSync(path, `${JSON.stringify({ kind, hex: bytes.toString('hex') })}\n`, { mode: 0o600 });
}

/** Records a sealed secret, in the forms in which it could appear. */
export function rememberSealed(purpose: EnvelopePurpose, value: string): void {
  rememberSecret(purpose, Buffer.from(value));
  if (purpose === 'vid-random') rememberSecret(purpose, Buffer.from(value, 'hex'));
  if (purpose === 'rrn') rememberSecret(purpose, Buffer.from(`${value.slice(0, 6)}-${value.slice(-7)}`));
}

/** All secrets that the tests of this run have recorded. */
export function rememberedSecrets(): Canary[] {
  const path = file();
  if (path === undefined || !existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const { kind, hex } = JSON.parse(line) as { kind: string; hex: string };
    return { kind, bytes: Buffer.from(hex, 'hex') };
  });
}
