import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { certificatesIn } from './certificates.js';

const run = promisify(execFile);

/** The status app's answers about a certificate, read by OpenSSL. */
interface PublishedStatus {
  readonly ocsp: string;
  /** Whether the CRL of the certificate lists it. */
  readonly listed: boolean;
}

/**
 * Requests OCSP answer and CRL from the addresses in the certificate, and verifies both signatures.
 *
 * @param pem the certificate, its issuer and the root
 * @throws Error if there is no answer, or its signature is not the issuer's
 */
export async function publishedStatus(pem: string): Promise<PublishedStatus> {
  const [leaf, issuer] = certificatesIn(pem);
  return inFolder(leaf!, issuer!, async (folder) => ({
    ocsp: /leaf\.pem: (\w+)/.exec(await ocspAnswer(leaf!, folder))![1]!,
    listed: (await serialsOfCrl(folder)).includes(leaf!.serialNumber.toLowerCase()),
  }));
}

export type OcspStatus = 'good' | 'onHold' | 'revoked';

/**
 * Requests an OCSP answer from the address in a certificate, and verifies its signature. Downloads the issuer's certificate
 * from the address in the certificate.
 *
 * @throws Error if there is no answer, or its signature is not the issuer's
 */
export async function ocspStatus(leaf: X509Certificate): Promise<OcspStatus> {
  const url = /CA Issuers - URI:(\S+)/.exec(leaf.infoAccess ?? '')?.[1];
  if (!url) throw new Error('the certificate has no address of its issuer');
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const issuer = new X509Certificate(Buffer.from(await answer.arrayBuffer()));
  const text = await inFolder(leaf, issuer, (folder) => ocspAnswer(leaf, folder));
  if (/leaf\.pem: good/.test(text)) return 'good';
  if (/leaf\.pem: revoked/.test(text)) return /Reason: certificateHold/.test(text) ? 'onHold' : 'revoked';
  throw new Error(text);
}

async function inFolder<T>(
  leaf: X509Certificate,
  issuer: X509Certificate,
  look: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'reseal-status-'));
  try {
    await writeFile(join(folder, 'leaf.pem'), leaf.toString());
    await writeFile(join(folder, 'issuer.pem'), issuer.toString());
    return await look(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function ocspAnswer(leaf: X509Certificate, folder: string): Promise<string> {
  const url = /OCSP - URI:(\S+)/.exec(leaf.infoAccess ?? '')?.[1];
  if (!url) throw new Error('the certificate names no OCSP responder');
  const file = (name: string) => join(folder, name);
  const trust = ['-CAfile', file('issuer.pem'), '-partial_chain'];
  const { stdout, stderr } = await run('openssl', [
    ...['ocsp', '-url', url, '-issuer', file('issuer.pem'), '-cert', file('leaf.pem'), ...trust],
  ]);
  if (!stderr.includes('Response verify OK')) throw new Error(stderr);
  return stdout;
}

async function serialsOfCrl(folder: string): Promise<string[]> {
  const file = (name: string) => join(folder, name);
  const text = ['x509', '-in', file('leaf.pem'), '-noout', '-ext', 'crlDistributionPoints'];
  const url = /URI:(\S+)/.exec((await run('openssl', text)).stdout)?.[1];
  if (!url) throw new Error('the certificate names no CRL');
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  await writeFile(file('list.crl'), Buffer.from(await answer.arrayBuffer()));
  const { stdout, stderr } = await run('openssl', [
    ...['crl', '-inform', 'DER', '-in', file('list.crl'), '-CAfile', file('issuer.pem'), '-noout', '-text'],
  ]);
  if (!stderr.includes('verify OK')) throw new Error(stderr);
  return [...stdout.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial]) => serial!.toLowerCase());
}
