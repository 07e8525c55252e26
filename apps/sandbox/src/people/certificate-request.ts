// @peculiar/x509 needs the polyfill for decorator metadata, which must be loaded first.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A new P-256 private key as PEM (PKCS#8). */
export async function makePrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A certificate request (PKCS#10, PEM) for a key, signed with it. */
export async function createCertificateRequest(privateKeyPem: string, subjectName: string): Promise<string> {
  const privateKey = createPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [subjectName] }],
    keys: {
      privateKey: privateKey.toCryptoKey(keyAlgorithm, false, ['sign']),
      publicKey: publicKey.toCryptoKey(keyAlgorithm, true, ['verify']),
    },
    signingAlgorithm: keyAlgorithm,
  });
  return request.toString('pem');
}
