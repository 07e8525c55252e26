/** Object identifiers: of KISA's tree (1.2.410.200004), of PKCS and of X.509. */
export const oids = {
  // KCAC.TS.SIVID: the VID in a certificate, and the random number R that the holder keeps.
  identifyData: '1.2.410.200004.10.1.1',
  vid: '1.2.410.200004.10.1.1.1',
  randomNumber: '1.2.410.200004.10.1.1.3',

  // KCAC.TS.ENC: SEED (RFC 4269, RFC 4010).
  seedCbc: '1.2.410.200004.1.4',
  pbeWithSha1AndSeedCbc: '1.2.410.200004.1.15',

  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',

  // RFC 8018 (PKCS #5).
  pbkdf2: '1.2.840.113549.1.5.12',
  pbes2: '1.2.840.113549.1.5.13',
  hmacWithSha1: '1.2.840.113549.2.7',
  hmacWithSha256: '1.2.840.113549.2.9',
  hmacWithSha384: '1.2.840.113549.2.10',
  hmacWithSha512: '1.2.840.113549.2.11',
  pbeWithMd5AndDesCbc: '1.2.840.113549.1.5.3',
  pbeWithMd5AndRc2Cbc: '1.2.840.113549.1.5.6',
  pbeWithSha1AndDesCbc: '1.2.840.113549.1.5.10',
  pbeWithSha1AndRc2Cbc: '1.2.840.113549.1.5.11',
  aes128Cbc: '2.16.840.1.101.3.4.1.2',
  aes192Cbc: '2.16.840.1.101.3.4.1.22',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  desEde3Cbc: '1.2.840.113549.3.7',
  desCbc: '1.3.14.3.2.7',

  rsaEncryption: '1.2.840.113549.1.1.1',
  ecPublicKey: '1.2.840.10045.2.1',

  // RFC 5652 (CMS, PKCS #7).
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  encryptedData: '1.2.840.113549.1.7.6',

  // RFC 7292 (PKCS #12), RFC 2985 (PKCS #9).
  pbeWithSha1And3KeyTripleDesCbc: '1.2.840.113549.1.12.1.3',
  pbeWithSha1And2KeyTripleDesCbc: '1.2.840.113549.1.12.1.4',
  pbeWithSha1And128BitRc2Cbc: '1.2.840.113549.1.12.1.5',
  pbeWithSha1And40BitRc2Cbc: '1.2.840.113549.1.12.1.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  pkcs8ShroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',

  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
} as const;
