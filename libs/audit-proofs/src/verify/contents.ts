import 'reflect-metadata'; // required by @peculiar/x509
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { X509Certificate } from '@peculiar/x509';
import { base64 } from './base64.js';
import { compactVerify, createLocalJWKSet } from 'jose';
import type { EvidenceBundle, TrustFile } from '../bundle.js';
import { digestOfJson, digestOfText, type LoggedEntry, type PersonalPart } from '../entry.js';
import { textOf } from '../parsing/decode.js';
import { NotIJson, readIJson } from '../parsing/i-json.js';
import { replayReissue, recordsPurgeOf } from '../replay.js';
import type { EntryPosition, FindingCollector } from './report.js';
import { ownEntries } from './stated.js';

const placeOf = ({ stream, sequence }: LoggedEntry): EntryPosition => ({ stream, sequence });

/** Verifies that the consents match the entries, and the texts match the consents. */
export function verifyConsents(bundle: EvidenceBundle, report: FindingCollector): void {
  for (const { text, digest, termsId, version } of bundle.consents)
    if (text !== null && digestOfText(text) !== digest)
      report.finding(
        'CONSENT_ALTERED',
        `the text of ${termsId} ${version} is not the text that the customer agreed to`,
      );
  const own = bundle.entries.flatMap(({ stream, entry, personal }) =>
    entry && stream === bundle.reissueId ? { entry, ...(personal ? { personal } : {}) } : [],
  );
  compareConsents(bundle.consents, own, report, bundle.format !== 'reseal-evidence/1');
}

/** An entry and its personal part, if the bundle has it. */
interface EntryWithPart {
  readonly entry: LoggedEntry;
  readonly personal?: PersonalPart;
}

/** A stated consent, without its text. */
type StatedConsent = Omit<EvidenceBundle['consents'][number], 'text'>;

/** The fields of a consent in an entry. */
const namedOfConsent = ['termsId', 'version', 'digest', 'locale', 'agreed', 'act'] as const;

/**
 * Compares consents with the entries that record them: text, time and origin.
 *
 * @param withOrigin whether the origin is required if the entry's personal part exists
 */
export function compareConsents(
  consents: readonly StatedConsent[],
  own: readonly EntryWithPart[],
  report: FindingCollector,
  withOrigin = true,
): void {
  const left = new Set(own.flatMap((item) => consentsIn(item.entry).map((consent) => ({ item, consent }))));
  for (const consent of consents) {
    const is = `${consent.termsId} ${consent.version}`;
    const matches = [...left].filter(({ consent: other }) =>
      namedOfConsent.every((key) => other[key] === undefined || other[key] === consent[key]),
    );
    const match = matches.find(({ item }) => item.entry.occurredAt === consent.recordedAt) ?? matches[0];
    if (!match) {
      report.finding('CONSENT_ALTERED', `no entry records this consent to ${is}`);
      continue;
    }
    left.delete(match);
    const { entry } = match.item;
    const unnamed = namedOfConsent.filter((key) => match.consent[key] === undefined);
    if (unnamed.length > 0)
      report.notProven('CONSENT', `the entry does not record ${unnamed.join(', ')} of ${is}`, placeOf(entry));
    if (entry.occurredAt !== consent.recordedAt)
      report.finding(
        'CONSENT_ALTERED',
        `the consent to ${is} was not given at ${consent.recordedAt}`,
        placeOf(entry),
      );
    if (withOrigin || consent.address !== undefined || consent.agent !== undefined)
      compareOrigin(consent, match.item, report);
  }
  for (const { item, consent } of left)
    report.finding(
      'CONSENT_ALTERED',
      `the consent to ${consent.termsId} ${consent.version} was recorded, but is missing`,
      placeOf(item.entry),
    );
}

/** Compares address and agent of a consent with the personal part of its entry. */
function compareOrigin(
  { termsId, version, address, agent }: StatedConsent,
  { entry, personal }: EntryWithPart,
  report: FindingCollector,
): void {
  const is = `address and agent of the consent to ${termsId} ${version}`;
  const origin = personal && originIn(personal);
  if (!origin && address === undefined && agent === undefined) return;
  if (!origin) return report.notProven('CONSENT', `the bundle does not prove ${is}`, placeOf(entry));
  if (origin['address'] !== address || origin['agent'] !== agent)
    report.finding('CONSENT_ALTERED', `${is} differ from those in the entry`, placeOf(entry));
}

function originIn({ content }: PersonalPart): Readonly<Record<string, unknown>> | undefined {
  try {
    return readIJson(content) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (error instanceof NotIJson) return undefined;
    throw error;
  }
}

interface NamedConsent {
  readonly termsId?: string;
  readonly version?: string;
  readonly digest?: string;
  readonly locale?: string;
  readonly agreed?: boolean;
  readonly act?: string;
}

function consentsIn({ details }: LoggedEntry): NamedConsent[] {
  const { consents } = details;
  if (!Array.isArray(consents)) return [];
  return consents.filter((each): each is NamedConsent => typeof each === 'object' && each !== null);
}

/** Compares the history with the digest in the entry of its archiving. */
export function verifyHistory(bundle: EvidenceBundle, report: FindingCollector): void {
  const { archived } = replayReissue(ownEntries(bundle));
  if (!bundle.history) return report.notProven('HISTORY', `the history ${whyGone(bundle, archived)}`);
  if (!archived)
    return report.finding(
      'HISTORY_ALTERED',
      'the bundle has a history, but no entry records that one was archived',
    );
  if (archived.details['historyDigest'] !== digestOfJson(bundle.history))
    report.finding(
      'HISTORY_ALTERED',
      'the digest of the history is not the one in the entry',
      placeOf(archived),
    );
}

function whyGone({ entries, reissue }: EvidenceBundle, archived: LoggedEntry | undefined): string {
  if (!archived)
    return reissue.endedAt === null
      ? 'is not archived yet: that happens within minutes after the end of the reissue'
      : `is not archived yet: that happens within minutes after the end of the reissue, ${reissue.endedAt}`;
  if (archived.outcome !== 'DONE') return 'was already deleted from Temporal when it should be archived';
  const purged = entries.some(({ entry }) => entry && recordsPurgeOf(entry, 'histories', archived));
  return purged ? 'was purged: only its digest is kept' : 'is missing, and no purge entry explains it';
}

/** Verifies that the certificate is the issued one, and its chain ends at a trusted authority. */
export async function verifyCertificate(
  bundle: EvidenceBundle,
  trust: TrustFile,
  report: FindingCollector,
): Promise<void> {
  const { issued } = replayReissue(ownEntries(bundle));
  if (!bundle.certificate) {
    // After a restore of the database, the entry may have only the serial number of the signed certificate.
    if (issued?.action === 'recover' && issued.details['sha256'] === undefined)
      report.notProven(
        'CERTIFICATE',
        'the certificate was lost when the database was restored',
        placeOf(issued),
      );
    else if (issued)
      report.finding('CERTIFICATE_ALTERED', 'the issued certificate is missing', placeOf(issued));
    return;
  }
  const chain = bundle.certificate.chain.map(base64);
  const fingerprint = bytesToHex(sha256(chain[0]!));
  if (!issued) report.finding('CERTIFICATE_ALTERED', 'no entry records that a certificate was issued');
  else if (issued.details['sha256'] === undefined)
    report.notProven(
      'CERTIFICATE',
      'the entry does not record the fingerprint of the certificate',
      placeOf(issued),
    );
  else if (issued.details['sha256'] !== fingerprint)
    report.finding(
      'CERTIFICATE_ALTERED',
      'the fingerprint of the certificate is not the one in the entry',
      placeOf(issued),
    );
  await verifyChain(chain, trust, report);
}

async function verifyChain(
  chain: readonly Uint8Array<ArrayBuffer>[],
  trust: TrustFile,
  report: FindingCollector,
): Promise<void> {
  const trusted = new Set(trust.certificateAuthorities.map(({ sha256: digest }) => digest));
  const issuers = chain.slice(1);
  if (issuers.length === 0 || !issuers.every((der) => trusted.has(bytesToHex(sha256(der)))))
    return report.finding('CHAIN_UNTRUSTED', 'the trust file does not have the issuers of the certificate');
  try {
    const certificates = chain.map((der) => new X509Certificate(der));
    for (const [place, certificate] of certificates.entries()) {
      const issuer = certificates[place + 1] ?? certificate;
      if (!(await certificate.verify({ publicKey: issuer, signatureOnly: true })))
        return report.finding('CHAIN_UNTRUSTED', 'a signature in the chain of the certificate is not valid');
    }
  } catch {
    report.finding('CHAIN_UNTRUSTED', 'the chain of the certificate cannot be read');
  }
}

/** Verifies that the receipts match the entries, and each signature with a key of the trust file. */
export async function verifyReceipts(
  bundle: EvidenceBundle,
  trust: TrustFile,
  report: FindingCollector,
): Promise<void> {
  compareReceipts(bundle.receipts, ownEntries(bundle), report);
  if (bundle.receipts.length > 0 && trust.receiptKeys.length === 0)
    return report.notProven('RECEIPT', 'the trust file has no keys for receipts');
  const keys = createLocalJWKSet({ keys: [...trust.receiptKeys] });
  for (const [place, receipt] of bundle.receipts.entries())
    try {
      const { payload } = await compactVerify(receipt, keys, { algorithms: ['EdDSA'] });
      const { sub } = readIJson(textOf(payload)) as { sub?: unknown };
      if (sub !== bundle.reissueId)
        report.finding('RECEIPT_INVALID', `receipt ${place + 1} is for another reissue`);
    } catch {
      report.finding('RECEIPT_INVALID', `receipt ${place + 1} is not valid`);
    }
}

/**
 * Compares receipts with the digests in the entries of their consents. The oldest entries have no such digest and prove
 * none.
 */
export function compareReceipts(
  receipts: readonly string[],
  entries: readonly LoggedEntry[],
  report: FindingCollector,
): void {
  const consented = entries.filter((entry) => consentsIn(entry).length > 0);
  const unnamed = consented.filter(({ details }) => details['receipt'] === undefined);
  const here = new Set(receipts.map(digestOfText));
  for (const entry of unnamed)
    report.notProven('RECEIPT', 'the entry does not record the receipt for its consents', placeOf(entry));
  for (const entry of consented) {
    const { receipt } = entry.details;
    if (receipt !== undefined && !(typeof receipt === 'string' && here.delete(receipt)))
      report.finding('RECORD_MISSING', 'the receipt for the consents is missing', placeOf(entry));
  }
  if (here.size > unnamed.length) report.finding('RECEIPT_INVALID', 'no entry records one of the receipts');
}
