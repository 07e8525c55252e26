import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { type LoggedEntry } from '../entry.js';
import { entriesIn, reissueId, SampleLog, sealed } from '../testing/sample-evidence.js';
import { verifyEvidence } from './verify-evidence.js';
import { bundle, sample } from '../testing/verification.js';

describe('who confirmed and who approved an operation', () => {
  const issuer = { issuer: 'http://issuer.test', audience: 'console', rolesClaim: 'roles' };
  const digest = 'd'.repeat(64);
  const signIn = (by: KeyObject, claims: Record<string, unknown>, sub = 'april') =>
    new SignJWT({ roles: ['approver'], nonce: `approve.${digest}`, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'staff-1' })
      .setIssuer(issuer.issuer)
      .setAudience(issuer.audience)
      .setSubject(sub)
      .setIssuedAt(1_000_000)
      .setExpirationTime(1_000_300)
      .sign(by);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kty: 'OKP', kid: 'staff-1' };

  /** The results for a bundle in which april approved with this proof. */
  async function approvedBy(
    proof: string | undefined,
    { requestedBy = 'staff:olivia', stamped = true, keys = [{ ...issuer, jwk }] } = {},
  ) {
    const log = new SampleLog([
      ...sample.log.entries,
      {
        ...sample.log.entries[0]!,
        ...{ stream: 'authority', sequence: 7, actor: 'staff:april', action: 'approve' },
        details: { reissueId, digest, requestedBy, ...(proof === undefined ? {} : { proof }) },
        ...(stamped ? { recordedBy: 'reseal_ops', recordedAt: bundle.madeAt } : {}),
      },
    ]);
    const checkpoint = await log.checkpoint(sample.key);
    const entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    const changed = await sealed({ ...bundle, entries, checkpoint, consistency: [] }, sample.key);
    const { findings, unproven } = await verifyEvidence(changed, { ...sample.trust, staffKeys: keys });
    return [...findings.map(({ kind }) => kind), ...unproven.map(({ what }) => what)];
  }

  it('Confirmation and approval are proved by tokens that the issuer signed for the person and the plan, also years later', async () => {
    expect(await approvedBy(await signIn(privateKey, {}))).toEqual([]);
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['by no proof', () => Promise.resolve(undefined)],
    ['by a proof of another key', () => signIn(generateKeyPairSync('ed25519').privateKey, {})],
    ['by a proof of another plan', () => signIn(privateKey, { nonce: `approve.${'e'.repeat(64)}` })],
    ['by a proof of another act', () => signIn(privateKey, { nonce: `confirm.${digest}` })],
    ['by a proof of another person', () => signIn(privateKey, {}, 'olivia')],
    ['by a proof of a person without the role', () => signIn(privateKey, { roles: ['operator'] })],
    ['by what is no token', () => Promise.resolve('approved')],
  ])('is not proved %s', async (_, proof) => {
    expect(await approvedBy(await proof())).toEqual(['APPROVAL_INVALID']);
  });

  it('Confirmation and approval by one person are found', async () => {
    const proof = await signIn(privateKey, {});
    expect(await approvedBy(proof, { requestedBy: 'staff:april' })).toEqual(['APPROVAL_INVALID']);
  });

  it('Confirmation and approval are unproven without keys in the trust file, or for an entry from before proofs', async () => {
    expect(await approvedBy(await signIn(privateKey, {}), { keys: [] })).toEqual(['APPROVAL']);
    expect(await approvedBy(undefined, { stamped: false })).toEqual(['APPROVAL']);
  });

  /** The results for a bundle in which an operation did this, after these acts in the log. */
  async function doneAfter(
    acts: readonly { act: 'confirm' | 'approve'; actor: string }[],
    what = { action: 'certificate.release', outcome: 'DONE' },
  ) {
    const stamp = { recordedBy: 'reseal_ops', recordedAt: bundle.madeAt };
    const people = { requestedBy: 'staff:olivia', approvedBy: 'staff:april' };
    const before = await Promise.all(
      acts.map(async ({ act, actor }, index): Promise<LoggedEntry> => {
        const nonce = `${act}.${digest}`;
        const roles = [act === 'confirm' ? 'operator' : 'approver'];
        const proof = await signIn(privateKey, { nonce, roles }, actor.slice('staff:'.length));
        return {
          ...sample.log.entries[0]!,
          ...{ stream: 'authority', sequence: 7 + index, actor, action: act, ...stamp },
          details: { reissueId, operationId: 'op_1', digest, proof, ...people },
        };
      }),
    );
    const done: LoggedEntry = {
      ...sample.log.entries[0]!,
      ...{ stream: 'authority', sequence: 20, actor: 'staff:olivia', ...stamp, ...what },
      ...{ recordedBy: 'reseal_worker', details: { reissueId, operationId: 'op_1', ...people } },
    };
    const log = new SampleLog([...sample.log.entries, ...before, done]);
    const checkpoint = await log.checkpoint(sample.key);
    const entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    const changed = await sealed({ ...bundle, entries, checkpoint, consistency: [] }, sample.key);
    const trusted = { ...sample.trust, staffKeys: [{ ...issuer, jwk }] };
    const { findings } = await verifyEvidence(changed, trusted);
    return findings.filter(({ kind }) => kind === 'APPROVAL_INVALID').map(({ message }) => message);
  }

  it('The evidence of an operation’s effect includes confirmation and approval', async () => {
    const confirmed = { act: 'confirm', actor: 'staff:olivia' } as const;
    const approved = { act: 'approve', actor: 'staff:april' } as const;
    expect(await doneAfter([confirmed, approved])).toEqual([]);
    expect(await doneAfter([confirmed])).toEqual([
      'the required entry "approve" for certificate.release is missing',
    ]);
    expect(await doneAfter([confirmed, { ...approved, actor: 'staff:anna' }])).toHaveLength(1);
    expect(await doneAfter([])).toHaveLength(2);
    const retried = { action: 'retry', outcome: 'RESUMED' };
    expect(await doneAfter([], retried)).toEqual(['the required entry "confirm" for retry is missing']);
    expect(await doneAfter([confirmed], retried)).toEqual([]);
    expect(await doneAfter([], { ...retried, outcome: 'REFUSED' })).toEqual([]);
  });
});
