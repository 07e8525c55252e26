import { createPrivateKey, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import {
  assertOnlySignatureDiffers,
  authorityFiles,
  buildCertificate,
  checkCertificateRequest,
  lintCertificate,
  newSerialNumber,
  personalName,
  signCertificate,
  validity,
  type CertificateContents,
} from '#libs/ca';
import { inSequence, type Case } from '../measure.js';
import { peculiarGenerator } from './peculiar.js';
import type { BenchAuthority } from './bench-authority.js';

/** Each step of signing alone, on one core. */
export async function stepCases({
  authority,
  profile,
  directory,
  passphrase,
}: BenchAuthority): Promise<Case[]> {
  const { identity } = authority;
  const key = createPrivateKey({
    key: readFileSync(authorityFiles(join(directory, 'ca')).issuingKey(1), 'utf8'),
    passphrase,
  });
  const now = new Date();
  const person = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = person.publicKey.export({ format: 'der', type: 'spki' });
  /** The contents of a new certificate. Only the person's key is the same in each. */
  const contents = (): CertificateContents => ({
    serial: newSerialNumber(),
    subject: personalName({
      name: '김견본',
      latinName: '',
      digits: '099904120261105000000012',
      bank: profile.bank.name,
      organisation: authority.organisation,
    }),
    validity: validity('NEW', undefined, now, profile.validityYears),
    spki,
    realName: '김견본',
    virtualId: Buffer.alloc(32, 0xa5),
  });
  const build = () => buildCertificate(profile, identity, contents());
  /** Builds a certificate, signs it with a temporary key, and checks it against all rules. */
  const buildAndLint = () => {
    const wanted = contents();
    const tbs = buildCertificate(profile, identity, wanted);
    const broken = lintCertificate(profile, identity, wanted, tbs, now);
    if (broken.length > 0) throw new Error(`lint: ${broken.map(({ id }) => id).join(', ')}`);
    return tbs;
  };

  const tbs = build();
  const ecRequest = await request({ name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' });
  const rsaRequest = await request({
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  });
  const check = async (pem: string) => {
    const checked = await checkCertificateRequest(pem);
    if (!checked.ok) throw new Error(checked.code);
  };
  const peculiar = await peculiarGenerator({ authority, profile }, key, contents);
  const step = (name: string, title: string, operation: () => unknown): Case => ({
    name,
    title,
    round: () => inSequence(operation),
  });
  return [
    step('raw', 'crypto.sign, P-256, alone', () => sign('sha256', tbs, key)),
    step('template', 'build from the template', build),
    step('sign', 'build and sign', async () => {
      await authority.keyStore.sign(build());
    }),
    step('sign-linted', 'build, lint with a temporary key, sign', async () => {
      await authority.keyStore.sign(buildAndLint());
    }),
    step('sign-verified', 'build, lint, sign, verify the signature', async () => {
      const linted = buildAndLint();
      assertOnlySignatureDiffers(linted, identity.algorithm, await signCertificate(authority, linted));
    }),
    step('peculiar', 'the same certificate by @peculiar/x509', peculiar),
    step('request-ec', 'check a request with a P-256 key', () => check(ecRequest)),
    step('request-rsa', 'check a request with an RSA-2048 key', () => check(rsaRequest)),
  ];
}

async function request(
  algorithm: (webcrypto.EcKeyGenParams & { hash: string }) | webcrypto.RsaHashedKeyGenParams,
): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const csr = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm });
  return csr.toString('pem');
}
