import { createHash, webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { der, FormatError } from '#libs/der';
import { encodeIdentifyData, identifyDataName, readIdentifyData, type VidHash } from './identify-data.js';
import { checkVid, computeVirtualId } from './vid.js';

const idn = '1234561234567';
const random = hexToBytes('79ea7568a2d3776604e18bcd3a1b1b85b7da0872');
const virtualId = '17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35';
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

let keys: webcrypto.CryptoKeyPair;
beforeAll(async () => {
  keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
});

/** A certificate made by another library, with these GeneralNames in its subjectAltName. */
async function certificateWith(...names: readonly Uint8Array[]): Promise<Uint8Array> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Sample',
      keys,
      notAfter: new Date('2027-11-22T14:59:59Z'),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [
        new x509.BasicConstraintsExtension(false),
        ...(names.length > 0 ? [new x509.Extension('2.5.29.17', false, der.sequence(...names))] : []),
      ],
    },
    webcrypto,
  );
  return new Uint8Array(certificate.rawData);
}

const nameOf = (id: Uint8Array, hash: VidHash = 'SHA-256', realName = '김표본') =>
  identifyDataName(encodeIdentifyData({ realName, virtualId: id, hash }));

describe('the virtual id of a holder', () => {
  it('The VID equals the published vector', () => {
    expect(hex(computeVirtualId({ idn, random }))).toBe(virtualId);
  });

  it('The VID is the double hash of number and R in DER, with any leading zeros of R', () => {
    const bytes = fc.uint8Array({ minLength: 20, maxLength: 80 });
    const zeros = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(fc.stringMatching(/^\d{10,13}$/), bytes, zeros, fc.boolean(), (number, r, count, old) => {
        r.fill(0, 0, count);
        const content = Buffer.concat([
          Buffer.from([0x30, 2 + number.length + 3 + r.length, 0x13, number.length]),
          Buffer.from(number),
          Buffer.from([0x03, 1 + r.length, 0]),
          r,
        ]);
        const algorithm = old ? 'sha1' : 'sha256';
        const once = createHash(algorithm).update(content).digest();
        const twice = createHash(algorithm).update(once).digest('hex');
        expect(hex(computeVirtualId({ idn: number, random: r, hash: old ? 'SHA-1' : 'SHA-256' }))).toBe(
          twice,
        );
      }),
    );
  });

  it('The VID keeps its leading zeros through a certificate and back', async () => {
    const r = new Uint8Array(21);
    const view = new DataView(r.buffer);
    while (computeVirtualId({ idn, random: r })[0] !== 0) view.setUint32(16, view.getUint32(16) + 1);
    const id = computeVirtualId({ idn, random: r });
    expect(id).toHaveLength(32);
    const certificate = await certificateWith(nameOf(id));
    expect(hex(readIdentifyData(certificate)!.virtualId)).toBe(hex(id));
    expect(checkVid({ certificate, idn, random: r })).toBe(true);
    expect(checkVid({ certificate, idn, random: r.subarray(1) })).toBe(false);
  });

  it.each(['', '123456-1234567', ' 1234561234567', '１２３４５６'])(
    'A VID of %j, which is not digits, is refused without showing the number',
    (number) => {
      expect(() => computeVirtualId({ idn: number, random })).toThrow(RangeError);
      expect(() => computeVirtualId({ idn: number, random })).toThrow('the number of a VID has digits only');
    },
  );

  it('A VID with an R of less than 160 bits is refused', () => {
    expect(() => computeVirtualId({ idn, random: random.subarray(1) })).toThrow(RangeError);
  });
});

describe('the VID in a certificate', () => {
  it('The VID in a certificate is encoded as in certificates in use', () => {
    expect(
      hex(identifyDataName(encodeIdentifyData({ realName: '김표본', virtualId: hexToBytes(virtualId) }))),
    ).toBe(
      'a05d' + // otherName
        '06092a831a8c9a440a0101' + // type-id identifyData
        'a050304e' + // value, IdentifyData
        '0c09eab980ed919cebb3b8' + // realName
        '3041303f060a2a831a8c9a440a0101013031' + // userInfo: VID
        '300b0609608648016503040201' + // SHA-256 without parameters
        `a0220420${virtualId}`,
    );
  });

  it('The VID in a certificate is read with name and hash, next to other names', async () => {
    const other = concatBytes(Uint8Array.of(0x82, 11), Buffer.from('example.com'));
    const certificate = await certificateWith(other, nameOf(hexToBytes(virtualId)));
    expect(readIdentifyData(certificate)).toEqual({
      realName: '김표본',
      virtualId: Uint8Array.from(hexToBytes(virtualId)),
      hashOid: '2.16.840.1.101.3.4.2.1',
    });
    expect(checkVid({ certificate, idn, random })).toBe(true);
    expect(checkVid({ certificate, idn: '1234561234568', random })).toBe(false);
    expect(checkVid({ certificate, idn, random: random.with(0, 0) })).toBe(false);
  });

  it('The VID in a certificate is checked with the hash that the certificate names', async () => {
    const old = computeVirtualId({ idn, random, hash: 'SHA-1' });
    expect(checkVid({ certificate: await certificateWith(nameOf(old, 'SHA-1')), idn, random })).toBe(true);
    expect(checkVid({ certificate: await certificateWith(nameOf(old, 'SHA-256')), idn, random })).toBe(false);
  });

  it('A certificate without a VID is reported', async () => {
    const certificate = await certificateWith();
    expect(readIdentifyData(certificate)).toBeUndefined();
    expect(() => checkVid({ certificate, idn, random })).toThrow('the certificate has no VID');
  });

  it('A truncated certificate gives one clear kind of error when its VID is read', async () => {
    const certificate = await certificateWith(nameOf(hexToBytes(virtualId)));
    for (let length = 0; length < certificate.length; length += 1)
      expect(() => readIdentifyData(certificate.subarray(0, length))).toThrow(FormatError);
  });

  it('An altered certificate never crashes the VID parser', async () => {
    const certificate = await certificateWith(nameOf(hexToBytes(virtualId)));
    const place = fc.integer({ min: 0, max: certificate.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 255 }), (at, octet) => {
        try {
          readIdentifyData(certificate.with(at, octet));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });
});
