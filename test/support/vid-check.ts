import type { vidCheckResponseSchema } from '#libs/contracts';
import type { EnvelopePurpose } from '#libs/vault';
import type { z } from 'zod';
import { rememberSealed } from './canaries.js';
import { newIdempotencyKey, type CallOptions, type Gateway } from './gateway.js';
import type { Answer } from './http.js';

type VidChecked = z.output<typeof vidCheckResponseSchema>;

/** Options that seal the two values of a check incorrectly. */
interface Sealing {
  readonly sub?: string;
  readonly purposes?: readonly [rrn: EnvelopePurpose, random: EnvelopePurpose];
}

/** The body of a check, with both values sealed to the Idempotency-Key of the call. */
export async function vidCheckBody(
  gateway: Gateway,
  idempotencyKey: string,
  rrn: string,
  random: string,
  { sub = idempotencyKey, purposes = ['rrn', 'vid-random'] }: Sealing = {},
): Promise<{ rrn: string; random: string }> {
  rememberSealed('rrn', rrn);
  rememberSealed('vid-random', random);
  return {
    rrn: await gateway.seal(purposes[0], sub, rrn, undefined),
    random: await gateway.seal(purposes[1], sub, random, undefined),
  };
}

/** Checks a resident registration number and R (hexadecimal) against the VID of a certificate. */
export async function checkVid(
  gateway: Gateway,
  serial: string,
  rrn: string,
  random: string,
  { idempotencyKey = newIdempotencyKey(), ...options }: CallOptions & Sealing = {},
): Promise<Answer<VidChecked>> {
  const { sub, purposes, ...call } = options;
  const sealing = { ...(sub ? { sub } : {}), ...(purposes ? { purposes } : {}) };
  const body = await vidCheckBody(gateway, idempotencyKey, rrn, random, sealing);
  return gateway.post(`/v1/certificates/${serial}/vid-checks`, body, { ...call, idempotencyKey });
}
