import { describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { newScalar, sharedKey, shareOf, withLengths } from './cpace.js';

/** Appendix B of draft-irtf-cfrg-cpace, group ristretto255 and hash SHA-512. */
const vector = {
  session: {
    secret: utf8ToBytes('Password'),
    channel: hexToBytes('0a41696e69746961746f720a42726573706f6e646572'),
    sessionId: hexToBytes('7e4b4791d6a8ef019b936c79fb7f2c57'),
  },
  ya: hexToBytes('da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08'),
  yb: hexToBytes('d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d'),
  shareA: '383a85dd236978f17f8c8545b50dabc52a39fcdab2cf8bc531ce040ff77ca82d',
  shareB: 'a6206309c0e8e5f579295e35997ac4300ab3fecec3c17f7b604f3e698fa1383c',
  key:
    'e91ccb2c0f5e0d0993a33956e3be59754f3f2b07db57631f5394452ea2e7b435' +
    '4674eb1f5686c078462bf83bec72e8743df440108e638f3526d9b90e85be096f',
};
const [scalarA, scalarB] = [newScalar(vector.ya), newScalar(vector.yb)];
const messages = {
  initiator: { share: hexToBytes(vector.shareA), role: utf8ToBytes('ADa') },
  responder: { share: hexToBytes(vector.shareB), role: utf8ToBytes('ADb') },
};

describe('CPace', () => {
  test('CPace gives the shares and the key of the draft', () => {
    expect(bytesToHex(shareOf(vector.session, scalarA))).toBe(vector.shareA);
    expect(bytesToHex(shareOf(vector.session, scalarB))).toBe(vector.shareB);
    const ofA = sharedKey(vector.session, scalarA, messages.responder.share, messages);
    const ofB = sharedKey(vector.session, scalarB, messages.initiator.share, messages);
    expect([bytesToHex(ofA), bytesToHex(ofB)]).toEqual([vector.key, vector.key]);
  });

  test.each([
    ['that is no element', '2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c'],
    ['that is the neutral element', '00'.repeat(32)],
    ['that is too short', '2c3c6b8c'],
  ])('CPace refuses a share %s', (_, share) => {
    expect(() => sharedKey(vector.session, scalarA, hexToBytes(share), messages)).toThrow();
  });

  test.each([
    ['secret', utf8ToBytes('Passwore')],
    ['channel', utf8ToBytes('elsewhere')],
  ])('CPace gives two devices with another %s different keys', (member, value) => {
    const other = { ...vector.session, [member]: value };
    const responder = { ...messages.responder, share: shareOf(other, scalarB) };
    const exchanged = { ...messages, responder };
    const ofA = sharedKey(vector.session, scalarA, responder.share, exchanged);
    const ofB = sharedKey(other, scalarB, messages.initiator.share, exchanged);
    expect(bytesToHex(ofA)).not.toBe(bytesToHex(ofB));
  });

  test('Strings get their lengths in LEB128', () => {
    expect(
      bytesToHex(withLengths(utf8ToBytes('1234'), utf8ToBytes('5'), new Uint8Array(), utf8ToBytes('6789'))),
    ).toBe('04313233340135000436373839');
    expect(bytesToHex(withLengths(new Uint8Array(128))).slice(0, 6)).toBe('800100');
  });

  test('Scalars are new each time, and below 2^252', () => {
    expect(newScalar()).not.toBe(newScalar());
    expect(newScalar(new Uint8Array(32).fill(255))).toBe(2n ** 252n - 1n);
  });
});
