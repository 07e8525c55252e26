import 'reflect-metadata';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCertificateAuthority } from '../create-authority.js';
import { bufferDer as der } from '../der.js';
import { openIssuingAuthority, type IssuingAuthority } from '../issuing-authority.js';
import { renewResponder } from '../responders.js';
import { newSerialNumber } from '../serial-number.js';
import { FormatError, pemOf } from '#libs/der';
import { ocspRequest, readOcspAnswer } from './client.js';
import { mostCertificates, parseOcspRequest } from './request.js';
import { isIssuedBy, issuerHashes, openOcspResponder } from './responder.js';
import { ocspError, signOcspResponse, type OcspStatus } from './response.js';

const now = new Date();
const work = mkdtempSync(join(tmpdir(), 'reseal-ocsp-'));
const passphrase = 'only for these specs';
const file = (name: string) => join(work, name);
const responders = { directory: file('ocsp'), passphrase };
const serial = newSerialNumber();

let authority: IssuingAuthority;
let request: Buffer;

const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
/** A request made by openssl. */
function requestOf(...args: string[]): Buffer {
  openssl('ocsp', '-issuer', file('issuing.pem'), ...args, '-reqout', file('request.der'));
  return readFileSync(file('request.der'));
}

beforeAll(async () => {
  await createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    directory: file('ca'),
    organisation: 'reseal-test',
    passphrase,
    now,
  });
  authority = openIssuingAuthority(file('ca'), passphrase);
  await renewResponder(responders, authority, now);
  writeFileSync(file('issuing.pem'), pemOf(authority.chain[0]));
  writeFileSync(file('root.pem'), pemOf(authority.chain[1]));
  request = requestOf('-serial', `0x${serial}`);
});
afterAll(() => rmSync(work, { recursive: true }));

const responder = () =>
  openOcspResponder(responders.directory, authority.identity.keyId, authority.chain[0], passphrase);

const oid = der.objectIdentifier;
const sha1 = der.sequence(oid('1.3.14.3.2.26'), der.nullValue);
const certId = (number: Buffer, algorithm = sha1, hashLength = 20) =>
  der.sequence(
    algorithm,
    der.octetString(Buffer.alloc(hashLength)),
    der.octetString(Buffer.alloc(hashLength)),
    number,
  );
const single = (id = certId(der.unsignedInteger(Buffer.from([1])))) => der.sequence(id);
const extensions = (...items: Buffer[]) => der.explicit(2, der.sequence(...items));
const nonce = (length: number) =>
  der.sequence(oid('1.3.6.1.5.5.7.48.1.2'), der.octetString(der.octetString(Buffer.alloc(length, 7))));
const requestWith = (...parts: Buffer[]) => der.sequence(der.sequence(...parts));
const one = der.sequence(single());

describe('OCSP request', () => {
  it('An OCSP request of openssl names the certificate by both hashes, with or without a nonce', () => {
    const hashes = issuerHashes(authority.chain[0]);
    for (const hash of ['sha1', 'sha256'] as const) {
      const parsed = parseOcspRequest(requestOf(`-${hash}`, '-serial', `0x${serial}`));
      expect(parsed.certificates).toMatchObject([{ hash, serial }]);
      expect(parsed.nonce).toHaveLength(16);
      expect(isIssuedBy(parsed.certificates[0]!, hashes)).toBe(true);
    }
    expect(parseOcspRequest(requestOf('-no_nonce', '-serial', '1')).nonce).toBeUndefined();
  });

  it('An OCSP request may ask for several certificates, and names another issuer by other hashes', () => {
    const { certificates } = parseOcspRequest(requestOf('-serial', '0xa1', '-serial', '2'));
    expect(certificates.map((certificate) => certificate.serial)).toEqual(['a1', '02']);
    const other = parseOcspRequest(requestWith(one)).certificates[0]!;
    expect(isIssuedBy(other, issuerHashes(authority.chain[0]))).toBe(false);
  });

  it('An OCSP request may be signed by any key', () => {
    const signature = der.explicit(
      0,
      der.sequence(der.sequence(oid('1.2.840.10045.4.3.2')), der.bitString(Buffer.from('no signature'))),
    );
    const tbs = der.sequence(der.explicit(1, der.explicit(4, der.sequence())), one);
    expect(parseOcspRequest(der.sequence(tbs, signature)).certificates).toHaveLength(1);
  });

  it('An OCSP request with an unknown issuer hash belongs to no issuer of ours', () => {
    const id = certId(der.unsignedInteger(Buffer.from([1])), der.sequence(oid('1.2.3.4')), 7);
    const [certificate] = parseOcspRequest(requestWith(der.sequence(single(id)))).certificates;
    expect(certificate!.hash).toBeUndefined();
    expect(isIssuedBy(certificate!, issuerHashes(authority.chain[0]))).toBe(false);
  });

  it.each([
    ['nonces of 1 to 128 octets', requestWith(one, extensions(nonce(1)))],
    ['nonces of 1 to 128 octets', requestWith(one, extensions(nonce(128)))],
    ['version 1 said aloud', requestWith(Buffer.from('a003020100', 'hex'), one)],
    [
      'extensions it does not know',
      requestWith(one, extensions(der.sequence(oid('1.2.3'), der.octetString(Buffer.alloc(3))))),
    ],
    [
      'a negative serial number, which no certificate has',
      requestWith(der.sequence(single(certId(Buffer.from([2, 1, 0x80]))))),
    ],
  ])('An OCSP request is accepted with %s', (_, bytes) => {
    expect(parseOcspRequest(bytes).certificates).toHaveLength(1);
  });

  it.each([
    ['asks for nothing', requestWith(der.sequence())],
    [
      'asks for too much',
      requestWith(der.sequence(...Array.from({ length: mostCertificates + 1 }, () => single()))),
    ],
    ['is of version 2', requestWith(Buffer.from('a003020101', 'hex'), one)],
    ['has an empty nonce', requestWith(one, extensions(nonce(0)))],
    ['has a nonce of 129 octets', requestWith(one, extensions(nonce(129)))],
    ['has two nonces', requestWith(one, extensions(nonce(8), nonce(8)))],
    [
      'has a critical extension that is not understood',
      requestWith(
        one,
        extensions(der.sequence(oid('1.2.3'), der.trueValue, der.octetString(Buffer.alloc(0)))),
      ),
    ],
    [
      'has a hash of the wrong length',
      requestWith(der.sequence(single(certId(Buffer.from([2, 1, 1]), sha1, 19)))),
    ],
    [
      'writes a serial number longer than needed',
      requestWith(der.sequence(single(certId(Buffer.from([2, 2, 0, 1]))))),
    ],
    ['has something behind it', Buffer.concat([requestWith(one), Buffer.alloc(1)])],
    ['has a length of no end', Buffer.from('30800000', 'hex')],
    ['is longer than a length can say', Buffer.from('3084ffffffff', 'hex')],
  ])('An OCSP request is refused if it %s', (_, bytes) => {
    expect(() => parseOcspRequest(bytes)).toThrow(FormatError);
  });

  it('An OCSP request that is truncated at any byte is refused', () => {
    for (let length = 0; length < request.length; length += 1)
      expect(() => parseOcspRequest(request.subarray(0, length))).toThrow(FormatError);
  });

  it('An OCSP request of any bytes never breaks the parser', () => {
    const refusedAtMost = (bytes: Buffer) => {
      try {
        parseOcspRequest(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => refusedAtMost(Buffer.from(bytes))));
    fc.assert(
      fc.property(fc.nat(request.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Buffer.from(request);
        changed[at] = value;
        refusedAtMost(changed);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('OCSP response', () => {
  const answerTo = async (bytes: Buffer, status: OcspStatus, withNonce = true) => {
    const { certificates, nonce } = parseOcspRequest(bytes);
    const response = await signOcspResponse(responder(), {
      answers: certificates.map(({ raw }) => ({ certId: raw, status })),
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + 3_600_000),
      nonce: withNonce ? nonce : undefined,
    });
    writeFileSync(file('response.der'), response);
    writeFileSync(file('request.der'), bytes);
    // Without this option, openssl would expect its own nonce.
    const { stdout, stderr } = spawnSync(
      'openssl',
      [
        ...[
          'ocsp',
          '-no_nonce',
          '-reqin',
          file('request.der'),
          '-respin',
          file('response.der'),
          '-resp_text',
        ],
        ...['-CAfile', file('root.pem'), '-verify_other', file('issuing.pem')],
      ],
      { encoding: 'utf8' },
    );
    expect(stderr).toContain('Response verify OK');
    expect(stderr).not.toContain('Nonce Verify error');
    return stdout;
  };

  it('An OCSP response `good` verifies in openssl, with the responder’s certificate and the nonce', async () => {
    const text = await answerTo(request, { status: 'good' });
    expect(text).toContain('Cert Status: good');
    expect(text).toContain(`${serial.toUpperCase()}`);
    expect(text).toMatch(/OCSP Nonce/);
    expect(text).toMatch(/Subject:.*CN ?= ?reseal-test Issuing CA OCSP/);
  });

  it.each(['keyCompromise', 'certificateHold', 'cessationOfOperation'] as const)(
    'An OCSP response for a certificate revoked for %s gives time and reason',
    async (reason) => {
      const revokedAt = new Date('2026-11-04T01:02:03Z');
      const text = await answerTo(request, { status: 'revoked', revokedAt, reason });
      expect(text).toContain('Cert Status: revoked');
      expect(text).toContain('Revocation Time: Nov  4 01:02:03 2026 GMT');
      expect(text).toContain(`Revocation Reason: ${reason}`);
    },
  );

  it('An OCSP response has no reason if none was specified, and can be `unknown`', async () => {
    const revokedAt = now;
    expect(await answerTo(request, { status: 'revoked', revokedAt, reason: 'unspecified' })).not.toContain(
      'Reason',
    );
    expect(await answerTo(request, { status: 'unknown' }, false)).toContain('Cert Status: unknown');
  });

  it.each([
    ['malformedRequest', '30030a0101'],
    ['internalError', '30030a0102'],
    ['tryLater', '30030a0103'],
    ['unauthorized', '30030a0106'],
  ] as const)('An OCSP response %s is not signed', (error, hex) => {
    expect(ocspError(error).toString('hex')).toBe(hex);
  });
});

describe('OCSP client', () => {
  const question = () => ({ issuer: authority.chain[0], serial, nonce: Buffer.alloc(16, 5) });
  const respond = (status: OcspStatus, asked = question()) => {
    const { certificates, nonce } = parseOcspRequest(ocspRequest(asked));
    return signOcspResponse(responder(), {
      answers: certificates.map(({ raw }) => ({ certId: raw, status })),
      thisUpdate: new Date('2026-11-04T01:02:03Z'),
      nextUpdate: new Date('2026-11-04T02:02:03Z'),
      nonce,
    });
  };

  it('A request names the certificate by SHA-256, with the nonce', () => {
    const { certificates, nonce } = parseOcspRequest(ocspRequest(question()));
    expect(certificates).toMatchObject([{ hash: 'sha256', serial }]);
    expect(isIssuedBy(certificates[0]!, issuerHashes(authority.chain[0]))).toBe(true);
    expect(nonce).toEqual(question().nonce);
  });

  it.each([
    [{ status: 'good' }],
    [{ status: 'unknown' }],
    [{ status: 'revoked', revokedAt: new Date('2026-10-01T00:00:00Z'), reason: 'certificateHold' }],
    [{ status: 'revoked', revokedAt: new Date('2026-10-01T00:00:00Z'), reason: 'unspecified' }],
  ] as const)('An answer is read with its times: %j', async (status) => {
    expect(readOcspAnswer(await respond(status), question())).toEqual({
      ...status,
      thisUpdate: new Date('2026-11-04T01:02:03Z'),
      nextUpdate: new Date('2026-11-04T02:02:03Z'),
    });
  });

  it('An answer is refused if it is for another request or certificate, or of another CA', async () => {
    const answer = await respond({ status: 'good' });
    for (const other of [
      { nonce: Buffer.alloc(16, 6) },
      { serial: newSerialNumber() },
      { issuer: authority.chain[1] },
    ])
      expect(() => readOcspAnswer(answer, { ...question(), ...other })).toThrow(FormatError);
  });

  it('An answer is refused if it was changed at any byte, is truncated or is an error', async () => {
    const answer = await respond({ status: 'good' });
    const refused = (bytes: Buffer) => expect(() => readOcspAnswer(bytes, question())).toThrow();
    refused(ocspError('tryLater'));
    const signed = answer.indexOf(question().nonce);
    for (let at = 0; at < signed + 16; at += 1) {
      const changed = Buffer.from(answer);
      changed[at]! ^= 1;
      refused(changed);
    }
    for (let length = 0; length < answer.length; length += 7) refused(answer.subarray(0, length));
  });
});

describe('OCSP responder', () => {
  it('An OCSP responder does not open with another passphrase, key, issuer or certificate', async () => {
    const { keyId } = authority.identity;
    const { directory } = responders;
    const issuing = authority.chain[0];
    const open = (issuer = issuing, secret = passphrase, from = directory) =>
      openOcspResponder(from, keyId, issuer, secret);
    expect(open().notAfter > now).toBe(true);
    expect(() => open(issuing, 'wrong')).toThrow(/passphrase/);
    expect(() => open(authority.chain[1])).toThrow(/not certified by this issuing CA/);
    expect(() => open(issuing, passphrase, work)).toThrow(/does not exist/);
    const before = readFileSync(join(directory, `responder-${keyId}.crt`));
    await renewResponder(responders, authority, now);
    writeFileSync(join(directory, `responder-${keyId}.crt`), before);
    expect(() => open()).toThrow(/is not the key of/);
    writeFileSync(join(directory, `responder-${keyId}.crt`), pemOf(issuing));
    expect(() => open()).toThrow(/is not the key of/);
  });
});
