import 'reflect-metadata'; // required by @peculiar/x509
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { BasicConstraintsExtension, X509CertificateGenerator, type X509Certificate } from '@peculiar/x509';
import { base64url, CompactSign, importJWK, type JWK } from 'jose';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { bundleFormat, trustFormat, type EvidenceBundle, type TrustFile } from '../bundle.js';
import { signCheckpoint, signWith } from '../checkpoint.js';
import { digestOfJson, digestOfPersonal, digestOfText, leafOf, type LoggedEntry } from '../entry.js';
import { hashChildren, planConsistency, planInclusion, planRoot, type Hash, type Node } from '../merkle.js';
import { signedContentOf } from '../verify/verify-evidence.js';

export const reissueId = `ri_${'1'.repeat(32)}`;
const origin = 'reseal-test';
const start = Date.parse('2026-11-23T00:00:00.000Z');

/** A signing key of the audit. */
type AuditSigner = JWK & { readonly kid: string };
export const auditSigner = (kid: string): AuditSigner => ({
  ...jwkOf(generateKeyPairSync('ed25519').privateKey),
  kid,
});
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' }) as JWK;
export const publicPart = ({ d: _, ...rest }: AuditSigner) => rest as { kty: string; kid: string };

/** A log in memory, with the data that the product keeps in PostgreSQL. */
export class SampleLog {
  readonly leaves: Hash[];

  constructor(readonly entries: readonly LoggedEntry[]) {
    this.leaves = entries.map(leafOf);
  }

  hashOf = ({ level, index }: Node): Hash =>
    level === 0
      ? this.leaves[index]!
      : hashChildren(
          this.hashOf({ level: level - 1, index: index * 2 }),
          this.hashOf({ level: level - 1, index: index * 2 + 1 }),
        );

  /** The signed head over the first `size` entries, made a second after the last of them. */
  checkpoint(key: AuditSigner, size = this.leaves.length, at = start + size * 1_000): Promise<string> {
    const [root] = planRoot(size).build(this.hashOf);
    return signCheckpoint(key, { origin, size, root: root!, time: new Date(at).toISOString() });
  }
}

export interface Sample {
  readonly key: AuditSigner;
  readonly log: SampleLog;
  readonly bundle: EvidenceBundle;
  readonly trust: TrustFile;
}

const text = '# Terms\nThe exact text.\n';
const history = [{ eventId: '1', eventType: 'WORKFLOW_EXECUTION_STARTED' }, { eventId: '2' }];
/** The pseudonym of the reissue's customer. */
const customerRef = 'c'.repeat(32);
const personal = { salt: '00ff'.repeat(8), content: '{"address":"203.0.113.7","agent":"a phone"}' };

/** The audit entries of a reissue, mixed with those of another reissue. */
function sampleEntries(certificateDigest: string, receipt: string): LoggedEntry[] {
  const consents = [
    {
      termsId: 'service',
      version: '2026-01',
      digest: digestOfText(text),
      locale: 'ko',
      agreed: true,
      act: 'GIVEN',
    },
  ];
  const own: Partial<LoggedEntry>[] = [
    {
      action: 'open',
      outcome: 'OPENED',
      reason: 'EXPIRED',
      details: { customerRef, consents, receipt: digestOfText(receipt) },
      personalDigest: digestOfPersonal(personal),
    },
    { action: 'identity', outcome: 'VERIFIED' },
    { action: 'issue', outcome: 'ISSUED', details: { serial: '0a', sha256: certificateDigest } },
    {
      action: 'archiveHistory',
      outcome: 'DONE',
      details: { historyDigest: digestOfJson(history), state: 'REGISTERED' },
    },
  ];
  const entries: LoggedEntry[] = [];
  for (const [place, entry] of own.entries()) {
    for (const stream of [`ri_${'2'.repeat(32)}`, reissueId])
      entries.push({
        stream,
        sequence: place + 1,
        actor: 'system',
        action: 'note',
        outcome: 'DONE',
        reason: null,
        details: {},
        personalDigest: null,
        occurredAt: new Date(start + entries.length * 1_000).toISOString(),
        ...(stream === reissueId ? entry : {}),
      });
  }
  return entries;
}

/** Evidence as the product makes it, all in memory: a log, its checkpoints, and a bundle that verifies. */
export async function sampleEvidence(): Promise<Sample> {
  const chain = await certificates();
  const fingerprint = (certificate: X509Certificate) =>
    bytesToHex(sha256(new Uint8Array(certificate.rawData)));
  const key = auditSigner('audit-1');
  const receiptKey = auditSigner('receipt-1');
  const receipt = await receiptBy(receiptKey);
  const log = new SampleLog(sampleEntries(fingerprint(chain[0]!), receipt));
  const own = log.entries.filter(({ stream }) => stream === reissueId);
  const trust: TrustFile = {
    format: trustFormat,
    origin,
    auditKeys: [{ jwk: publicPart(key), validFrom: new Date(start).toISOString() }],
    receiptKeys: [publicPart(receiptKey)],
    staffKeys: [],
    certificateAuthorities: chain.slice(1).map((ca) => ({ subject: ca.subject, sha256: fingerprint(ca) })),
  };
  const unsigned: Omit<EvidenceBundle, 'signature'> = {
    format: bundleFormat,
    reissueId,
    madeAt: new Date(start + 60_000).toISOString(),
    reissue: {
      state: 'REGISTERED',
      reason: 'EXPIRED',
      customerRef,
      serial: '0a',
      createdAt: own[0]!.occurredAt,
      endedAt: own.at(-1)!.occurredAt,
      auditSequence: 4,
    },
    entries: entriesIn(log),
    checkpoint: await log.checkpoint(key),
    consistency: [
      {
        checkpoint: await log.checkpoint(key, 3),
        proof: planConsistency(3, log.leaves.length)
          .build(log.hashOf)
          .map((hash) => base64url.encode(hash)),
      },
    ],
    history,
    consents: [
      {
        termsId: 'service',
        version: '2026-01',
        digest: digestOfText(text),
        locale: 'ko',
        agreed: true,
        act: 'GIVEN',
        recordedAt: own[0]!.occurredAt,
        address: '203.0.113.7',
        agent: 'a phone',
        text,
      },
    ],
    receipts: [receipt],
    certificate: {
      chain: chain.map((certificate) => certificate.toString('base64')),
      status: { revokedAt: null, revocationReason: null, holdAt: null, registeredAt: null },
    },
  };
  return { key, log, trust, bundle: await sealed(unsigned, key) };
}

/** A receipt for consents, as the customer gets it. */
async function receiptBy(key: AuditSigner): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify({ sub: reissueId })))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
    .sign(await importJWK(key, 'EdDSA'));
}

/** The entries of one stream, in the order of that log. */
export function entriesIn(log: SampleLog, stream = reissueId): EvidenceBundle['entries'] {
  return log.entries.flatMap((entry, leafIndex) => {
    if (entry.stream !== stream) return [];
    return {
      stream: entry.stream,
      sequence: entry.sequence,
      entry: entry,
      ...(entry.personalDigest ? { personal } : {}),
      leafIndex,
      leafHash: base64url.encode(log.leaves[leafIndex]!),
      proof: planInclusion(leafIndex, log.leaves.length)
        .build(log.hashOf)
        .map((hash) => base64url.encode(hash)),
    };
  });
}

/** Signs the present contents of a bundle, as an attacker with the key could. */
export async function sealed(
  unsigned: Omit<EvidenceBundle, 'signature'>,
  key: AuditSigner,
): Promise<EvidenceBundle> {
  const content = signedContentOf({ ...unsigned, signature: '' });
  return { ...unsigned, signature: await signWith(key, 'evidence', content) };
}

/** A person's certificate, then its issuer and the root. */
export async function certificates(): Promise<X509Certificate[]> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const pair = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [root, issuing, person] = [await pair(), await pair(), await pair()];
  const common = {
    notBefore: new Date(start),
    notAfter: new Date(start + 86_400_000),
    signingAlgorithm: algorithm,
  };
  const ca = [new BasicConstraintsExtension(true, undefined, true)];
  const make = X509CertificateGenerator.create.bind(X509CertificateGenerator);
  return [
    await make({
      ...common,
      subject: 'CN=Kim',
      issuer: 'CN=Issuing',
      publicKey: person.publicKey,
      signingKey: issuing.privateKey,
    }),
    await make({
      ...common,
      subject: 'CN=Issuing',
      issuer: 'CN=Root',
      publicKey: issuing.publicKey,
      signingKey: root.privateKey,
      extensions: ca,
    }),
    await make({
      ...common,
      subject: 'CN=Root',
      issuer: 'CN=Root',
      publicKey: root.publicKey,
      signingKey: root.privateKey,
      extensions: ca,
    }),
  ];
}
