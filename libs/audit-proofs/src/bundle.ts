import { z } from 'zod';

/** Standard base64 of DER. */
const der = z.base64();
/** A hash of the log, base64url. */
const hash = z.string().regex(/^[\w-]{43}$/);
const time = z.iso.datetime();
const position = z.int().min(0);

/** The form of bundles as they are made now. */
export const bundleFormat = 'reseal-evidence/2';
/** Those of the first form lack what other reissues did to the certificate, and where consents came from. */
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
  /** Which role of the database inserted it, and when, as the database says; absent in entries from before it did. */
  recordedBy: z.string().optional(),
  recordedAt: time.optional(),
});

const bundleEntrySchema = z.strictObject({
  stream: z.string(),
  sequence: z.int().min(1),
  /** Null: the log has a leaf of it, and the entry itself is gone. */
  entry: loggedEntrySchema.nullable(),
  /** Absent where it was erased, or there never was one. */
  personal: z.strictObject({ salt: z.string(), content: z.string() }).optional(),
  /** Null: no leaf has been made of it yet. */
  leafIndex: position.nullable(),
  leafHash: hash.nullable(),
  /** Inclusion in the bundle's checkpoint (RFC 9162 section 2.1.3); null where that does not reach, or has lost it. */
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
  /** From where it was given; not in bundles of the first form. */
  address: z.string().optional(),
  agent: z.string().optional(),
  /** The exact text that was agreed to, in its locale. */
  text: z.string().nullable(),
});

/** Everything about one reissue that is needed to prove what happened, without Reseal or Temporal. */
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
    /** How many entries its stream has had. */
    auditSequence: position,
  }),
  entries: z.array(bundleEntrySchema),
  /** The newest; null before the first. */
  checkpoint: z.string().nullable(),
  /** Earlier checkpoints, each with the proof that the newest one continues it (RFC 9162 section 2.1.4). */
  consistency: z.array(z.strictObject({ checkpoint: z.string(), proof: z.array(hash) })),
  /** Temporal's history, decoded and redacted; null until it is archived, or once it was purged. */
  history: z.array(z.unknown()).nullable(),
  consents: z.array(consentSchema),
  receipts: z.array(z.string()),
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
  /** JWS of `{reissueId, madeAt, digest}`; the digest is SHA-256 over the canonical form of all the rest. */
  signature: z.string(),
});
export type EvidenceBundle = z.output<typeof bundleSchema>;
export type BundleEntry = EvidenceBundle['entries'][number];

const jwk = z.looseObject({ kty: z.string(), kid: z.string() });

/** Whom a verifier believes. It comes to the auditor by another way than the bundles do. */
export const trustSchema = z.object({
  format: z.literal(trustFormat),
  /** The log's name in its checkpoints. */
  origin: z.string(),
  auditKeys: z.array(z.object({ jwk, validFrom: time, validUntil: time.optional() })).min(1),
  receiptKeys: z.array(jwk).default([]),
  /** Of the issuer that signs staff in: by them who confirmed and who approved an operation is verified. */
  staffKeys: z
    .array(z.object({ jwk, issuer: z.string(), audience: z.string(), rolesClaim: z.string() }))
    .default([]),
  certificateAuthorities: z.array(
    z.object({ subject: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type TrustFile = z.output<typeof trustSchema>;
