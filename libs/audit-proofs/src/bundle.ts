import { z } from 'zod';

/** Standard base64 of DER. */
const der = z.base64();
/** A hash of the log, base64url. */
const hash = z.string().regex(/^[\w-]{43}$/);
const time = z.iso.datetime();
const position = z.int().min(0);

/** The format of new bundles. */
export const bundleFormat = 'reseal-evidence/2';
/** Bundles of the first format lack the changes of the certificate by other reissues, and the origin of consents. */
const bundleFormats = ['reseal-evidence/1', bundleFormat] as const;
export const trustFormat = 'reseal-trust/1';

const loggedEntrySchema = z.strictObject({
  stream: z.string(),
  sequence: z.int().min(1),
  actor: z.string(),
  action: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  personalDigest: z.string().nullable(),
  occurredAt: time,
  /** The database role that inserted the entry, and the database's time; absent in the oldest entries. */
  recordedBy: z.string().optional(),
  recordedAt: time.optional(),
});

const bundleEntrySchema = z.strictObject({
  stream: z.string(),
  sequence: z.int().min(1),
  /** Null if the log has a leaf for the entry, but the entry itself is missing. */
  entry: loggedEntrySchema.nullable(),
  /** Absent if it was erased or never existed. */
  personal: z.strictObject({ salt: z.string(), content: z.string() }).optional(),
  /** Null if the entry has no leaf yet. */
  leafIndex: position.nullable(),
  leafHash: hash.nullable(),
  /** Inclusion in the bundle's checkpoint (RFC 9162 section 2.1.3); null if the checkpoint does not cover the leaf, or the log has lost it. */
  proof: z.array(hash).nullable(),
});

const consentSchema = z.strictObject({
  termsId: z.string(),
  version: z.string(),
  digest: z.string(),
  locale: z.string().nullable(),
  agreed: z.boolean(),
  act: z.enum(['GIVEN', 'WITHDRAWN']),
  recordedAt: time,
  /** The origin of the consent; absent in bundles of the first format. */
  address: z.string().optional(),
  agent: z.string().optional(),
  /** The exact text of the consent, in its locale. */
  text: z.string().nullable(),
});

/** All evidence of one reissue, which can be verified without Reseal or Temporal. */
export const bundleSchema = z.strictObject({
  format: z.enum(bundleFormats),
  reissueId: z.string(),
  madeAt: time,
  reissue: z.strictObject({
    state: z.string(),
    reason: z.string(),
    customerRef: z.string(),
    serial: z.string().nullable(),
    createdAt: time,
    endedAt: time.nullable(),
    /** Number of entries that its stream has had. */
    auditSequence: position,
  }),
  entries: z.array(bundleEntrySchema),
  /** The newest checkpoint; null before the first. */
  checkpoint: z.string().nullable(),
  /** Earlier checkpoints, each with the proof that the newest one continues it (RFC 9162 section 2.1.4). */
  consistency: z.array(z.strictObject({ checkpoint: z.string(), proof: z.array(hash) })),
  /** Temporal's history, decoded and redacted; null before it is archived and after it is purged. */
  history: z.array(z.unknown()).nullable(),
  consents: z.array(consentSchema),
  receipts: z.array(z.string()),
  /** The texts of the risk policies that decided; absent in bundles from before risk decisions. */
  riskPolicies: z.array(z.string()).optional(),
  certificate: z
    .strictObject({
      /** The certificate, then its issuers up to the root. */
      chain: z.array(der).min(1),
      status: z.strictObject({
        revokedAt: time.nullable(),
        revocationReason: z.string().nullable(),
        holdAt: time.nullable(),
        registeredAt: time.nullable(),
      }),
    })
    .nullable(),
  /** JWS of `{reissueId, madeAt, digest}`; the digest is SHA-256 over the canonical form of all other members. */
  signature: z.string(),
});
export type EvidenceBundle = z.output<typeof bundleSchema>;
export type BundleEntry = EvidenceBundle['entries'][number];

const jwk = z.looseObject({ kty: z.string(), kid: z.string() });

/** The keys and authorities that a verifier trusts. Auditors get it by another channel than the bundles. */
export const trustSchema = z.object({
  format: z.literal(trustFormat),
  /** The log's name in its checkpoints. */
  origin: z.string(),
  auditKeys: z.array(z.object({ jwk, validFrom: time, validUntil: time.optional() })).min(1),
  receiptKeys: z.array(jwk).default([]),
  /** Keys of the staff's issuer: they verify who confirmed and who approved an operation. */
  staffKeys: z
    .array(z.object({ jwk, issuer: z.string(), audience: z.string(), rolesClaim: z.string() }))
    .default([]),
  certificateAuthorities: z.array(
    z.object({ subject: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type TrustFile = z.output<typeof trustSchema>;
