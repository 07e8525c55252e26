import 'reflect-metadata'; // which @peculiar/x509 asks for
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { X509Certificate } from '@peculiar/x509';
import { base64 } from './base64.js';
import { compactVerify, createLocalJWKSet } from 'jose';
import type { EvidenceBundle, TrustFile } from '../bundle.js';
import { digestOfJson, digestOfText, type LoggedEntry } from '../entry.js';
import { textOf } from '../reading/decode.js';
import { readIJson } from '../reading/i-json.js';
import type { EntryPlace, Report } from './report.js';

const placeOf = ({ stream, sequence }: LoggedEntry): EntryPlace => ({ stream, sequence });

/** Entries of the reissue itself, without those that are gone. */
const entriesOf = ({ reissueId, entries }: EvidenceBundle) =>
  entries.flatMap(({ stream, entry }) => (entry && stream === reissueId ? [entry] : []));

/** The consents are those that the entries name, and the texts are those that were agreed to. */
export function verifyConsents(bundle: EvidenceBundle, report: Report): void {
  const named = entriesOf(bundle).flatMap((entry) =>
    consentsIn(entry).map((consent) => ({ entry, consent })),
  );
  const left = new Set(named);
  for (const { text, ...consent } of bundle.consents) {
    const is = `${consent.termsId} ${consent.version}`;
    if (text !== null && digestOfText(text) !== consent.digest)
      report.finding('CONSENT_ALTERED', `the text of ${is} is not the one that was agreed to`);
    const match = [...left].find(({ consent: other }) =>
      (['termsId', 'version', 'digest', 'locale', 'agreed', 'act'] as const).every(
        (key) => other[key] === undefined || other[key] === consent[key],
      ),
    );
    if (!match) report.finding('CONSENT_ALTERED', `no entry records this consent to ${is}`);
    else {
      left.delete(match);
      if (match.consent.digest === undefined)
        report.notProven('CONSENT', `the entry does not name the digest of ${is}`, placeOf(match.entry));
    }
  }
  for (const { entry, consent } of left)
    report.finding(
      'CONSENT_ALTERED',
      `the consent to ${consent.termsId} ${consent.version} that was recorded is not here`,
      placeOf(entry),
    );
}

interface NamedConsent {
  readonly termsId: string;
  readonly version: string;
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

/** What the bundle says of the reissue is what the entries say, as far as they do. */
export function verifySummary(bundle: EvidenceBundle, report: Report): void {
  const { state, serial } = bundle.reissue;
  const entries = entriesOf(bundle);
  const archived = entries.findLast(({ action }) => action === 'archiveHistory');
  const ended = archived?.details['state'];
  if (archived && ended !== undefined && ended !== state)
    report.finding('REISSUE_ALTERED', `it did not end as ${state}`, placeOf(archived));
  const issued = entries.findLast(({ action, outcome }) => action === 'issue' && outcome === 'ISSUED');
  const named = issued?.details['serial'];
  if (issued && named !== undefined && named !== serial)
    report.finding('REISSUE_ALTERED', `its certificate did not have the serial ${serial}`, placeOf(issued));
}

/** The history is the one whose digest was written when it was archived. */
export function verifyHistory(bundle: EvidenceBundle, report: Report): void {
  const archived = entriesOf(bundle).findLast(({ action }) => action === 'archiveHistory');
  if (!bundle.history) {
    const why = archived ? 'was purged: its digest is all that is left' : 'is not archived yet';
    return report.notProven('HISTORY', `the history ${why}`);
  }
  if (!archived) return report.finding('HISTORY_ALTERED', 'no entry records that a history was archived');
  if (archived.details['historyDigest'] !== digestOfJson(bundle.history))
    report.finding('HISTORY_ALTERED', 'its digest is not the one in the entry', placeOf(archived));
}

/** The certificate is the one that was issued, by an authority that is trusted. */
export async function verifyCertificate(
  bundle: EvidenceBundle,
  trust: TrustFile,
  report: Report,
): Promise<void> {
  const issued = entriesOf(bundle).findLast(
    ({ action, outcome }) => action === 'issue' && outcome === 'ISSUED',
  );
  if (!bundle.certificate) {
    if (issued) report.finding('CERTIFICATE_ALTERED', 'the one that was issued is not here', placeOf(issued));
    return;
  }
  const chain = bundle.certificate.chain.map(base64);
  const fingerprint = bytesToHex(sha256(chain[0]!));
  if (!issued) report.finding('CERTIFICATE_ALTERED', 'no entry records that one was issued');
  else if (issued.details['sha256'] === undefined)
    report.notProven('CERTIFICATE', 'the entry does not name its fingerprint', placeOf(issued));
  else if (issued.details['sha256'] !== fingerprint)
    report.finding('CERTIFICATE_ALTERED', 'its fingerprint is not the one in the entry', placeOf(issued));
  await verifyChain(chain, trust, report);
}

async function verifyChain(
  chain: readonly Uint8Array<ArrayBuffer>[],
  trust: TrustFile,
  report: Report,
): Promise<void> {
  const trusted = new Set(trust.certificateAuthorities.map(({ sha256: digest }) => digest));
  const issuers = chain.slice(1);
  if (issuers.length === 0 || !issuers.every((der) => trusted.has(bytesToHex(sha256(der)))))
    return report.finding('CHAIN_UNTRUSTED', 'the trust file does not have its issuers');
  try {
    const certificates = chain.map((der) => new X509Certificate(der));
    for (const [place, certificate] of certificates.entries()) {
      const issuer = certificates[place + 1] ?? certificate;
      if (!(await certificate.verify({ publicKey: issuer, signatureOnly: true })))
        return report.finding('CHAIN_UNTRUSTED', 'a signature in its chain does not hold');
    }
  } catch {
    report.finding('CHAIN_UNTRUSTED', 'its chain cannot be read');
  }
}

/** Each receipt holds by a key of the trust file. */
export async function verifyReceipts(
  bundle: EvidenceBundle,
  trust: TrustFile,
  report: Report,
): Promise<void> {
  if (bundle.receipts.length > 0 && trust.receiptKeys.length === 0)
    return report.notProven('RECEIPT', 'the trust file has no keys of receipts');
  const keys = createLocalJWKSet({ keys: [...trust.receiptKeys] });
  for (const [place, receipt] of bundle.receipts.entries())
    try {
      const { payload } = await compactVerify(receipt, keys, { algorithms: ['EdDSA'] });
      const { sub } = readIJson(textOf(payload)) as { sub?: unknown };
      if (sub !== bundle.reissueId)
        report.finding('RECEIPT_INVALID', `receipt ${place + 1} is of another reissue`);
    } catch {
      report.finding('RECEIPT_INVALID', `receipt ${place + 1} does not hold`);
    }
}
