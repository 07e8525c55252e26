import { endText } from '#libs/contracts';

/** The example values of the API document. The people in them do not exist. */
const reissueId = 'ri_5c2f0e7a9d1b4c3e8f60718293a4b5c6';
const createdAt = '2026-11-23T01:00:00.000Z';
const challengeIds = { phone: 'ch_0b6f5d1e8a7c4392', account: 'ch_7d2a90c4e1f35b68' };
const serial = '3f1c0d9a5b7e42868d1f6a2c4b90e7d3';

/** Has the form of a compact JWE, but cannot be opened. */
export const exampleEnvelope = [
  'eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJraWQiOiJ2MSJ9',
  'bm8ta2V5LWlzLXdyYXBwZWQtaGVyZQ',
  'bm9uY2UtaGVyZQ',
  'bm90aGluZy1pcy1zZWFsZWQtaW4tdGhpcy1leGFtcGxl',
  'dGFnLWhlcmU',
].join('.');

const consent = (termsId: string, digest: string) => ({ termsId, version: '2026-01', digest, agreed: true });
const identityConsents = [consent('personal-information', '0d'.repeat(32))];
export const issuanceConsents = [consent('certificate-service', 'a7'.repeat(32))];
export const exampleRequest =
  '-----BEGIN CERTIFICATE REQUEST-----\nMIHkMIGLAgEAMAAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT\n-----END CERTIFICATE REQUEST-----\n';

const before = {
  id: reissueId,
  receiptNumber: 'K7M-2QX-9TR',
  state: 'IDENTITY_REQUIRED',
  reason: 'EXPIRED',
  next: { action: 'VERIFY_IDENTITY', methods: ['PHONE_CODE', 'ONE_WON'] },
  attempts: { identity: 5, password: null },
  deadline: '2026-11-23T01:30:00.000Z',
  createdAt,
  updatedAt: createdAt,
} as const;

const identified = {
  ...before,
  basis: 'RENEW',
  oldCertificate: { serial: '3b9ac9ff21d04e7c8a5566f01e2d3c4b5a', standing: 'VALID' },
  updatedAt: '2026-11-23T01:01:30.000Z',
} as const;

const certificate = {
  serial,
  subject: 'CN=김가상()0088044202611230001,OU=RESEAL,OU=personal4IB,O=yessign,C=kr',
  notBefore: '2026-11-23T01:02:10.000Z',
  notAfter: '2027-12-01T14:59:59.000Z',
};

const issued = {
  ...identified,
  state: 'ISSUED',
  next: {
    action: 'REGISTER',
    challenge: {
      challengeId: 'rc_91d3a5f07c2e4b68',
      toSign: Buffer.from(
        ['reseal/registration/v1', reissueId, serial, 'c1a5b2d39e7f40'].join('\n'),
      ).toString('base64url'),
    },
  },
  attempts: { identity: 5, password: 5 },
  deadline: '2026-11-24T01:02:11.000Z',
  certificate,
  updatedAt: '2026-11-23T01:02:11.000Z',
} as const;

/** One reissue in each of its states. */
export const reissues = {
  before,
  password: {
    ...identified,
    state: 'PASSWORD_REQUIRED',
    next: { action: 'ENTER_PASSWORD' },
    attempts: { identity: 5, password: 5 },
  },
  consents: {
    ...identified,
    state: 'CONSENT_REQUIRED',
    next: { action: 'AGREE_TO_TERMS' },
    attempts: { identity: 5, password: 5 },
  },
  key: {
    ...identified,
    state: 'KEY_REQUIRED',
    next: { action: 'SEND_CERTIFICATE_REQUEST' },
    attempts: { identity: 5, password: 5 },
  },
  coolingOff: {
    ...identified,
    state: 'COOLING_OFF',
    next: { action: 'WAIT' },
    deadline: null,
    coolingOff: { until: '2026-11-24T01:02:11.000Z' },
    attempts: { identity: 5, password: 5 },
  },
  issuing: {
    ...identified,
    state: 'ISSUING',
    next: { action: 'WAIT' },
    attempts: { identity: 5, password: 5 },
  },
  issued,
  registered: {
    ...issued,
    state: 'REGISTERED',
    oldCertificate: { ...identified.oldCertificate, standing: 'REVOKED' },
    next: { action: 'NONE' },
    deadline: null,
    updatedAt: '2026-11-23T01:03:00.000Z',
  },
  cancelled: {
    ...identified,
    state: 'CANCELLED',
    next: { action: 'NONE' },
    deadline: null,
    ended: { code: 'CANCELLED_BY_CUSTOMER', text: endText('CANCELLED_BY_CUSTOMER', 'VALID') },
  },
  parked: { ...before, next: { action: 'NEEDS_OPERATOR' }, deadline: null },
} as const;

/** In the order of their methods' names, as in every response. */
export const challenges = [
  {
    challengeId: challengeIds.account,
    method: 'ONE_WON',
    expiresAt: '2026-11-23T01:10:00.000Z',
    remainingAttempts: 5,
    hint: '****4321',
    bank: { ko: '한별은행', en: 'Hanbyeol Bank' },
  },
  {
    challengeId: challengeIds.phone,
    method: 'PHONE_CODE',
    expiresAt: '2026-11-23T01:03:00.000Z',
    remainingAttempts: 5,
    hint: '010-****-0001',
  },
];

export const startRequest = {
  reason: 'EXPIRED',
  // The first sample person of the sandbox.
  applicant: { name: '김가상', mobile: '010-0000-0001' },
  keyThumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  consents: identityConsents,
  methods: ['PHONE_CODE', 'ONE_WON'],
};

export const accessToken = 'eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJyaV81YzJmMGU3YSJ9.c2lnbmF0dXJl';

export const photo = { photoId: 'ph_7d3a90c1e5b24f6886f0a1d2c3b4e5f6' };

export const verifications = {
  answers: [
    { challengeId: challengeIds.account, answer: exampleEnvelope },
    { challengeId: challengeIds.phone, answer: exampleEnvelope },
  ],
};

export const verificationResults = [
  { challengeId: challengeIds.account, accepted: true },
  { challengeId: challengeIds.phone, accepted: true },
];

const share = 'PFoV2yDjZ0k1Y3s0VtW9cX8hPp0Kc2mT1nQ4rLb7sWU';
const openTransfer = {
  transferId: 'tr_0b9d4c61f27a4e8893c5d6e7f8091a2b',
  box: '0427',
  state: 'OPEN',
  share: null,
  content: null,
  expiresAt: '2026-11-23T01:13:00.000Z',
} as const;
export const transfers = {
  share,
  open: openTransfer,
  joined: { ...openTransfer, transferId: 'tr_5e6f708192a3b4c5d6e7f8091a2b0b9d', state: 'JOINED', share },
  sent: { ...openTransfer, state: 'SENT', share },
  received: { ...openTransfer, state: 'RECEIVED', share },
} as const;

export const vidCheck = { serial, matches: true };

export const registration = {
  challengeId: issued.next.challenge.challengeId,
  signature: 'MEUCIQDk3mA1w0Jm6yYvHn0XrBqvJ8o2m0o3kqf7m4Xc1dS6WgIgT0',
};

export const sealingKeys = {
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      kid: 'v1',
      alg: 'ECDH-ES+A256KW',
      use: 'enc',
    },
  ],
  client: 'local',
};

export const terms = [
  {
    termsId: 'personal-information',
    version: '2026-01',
    validFrom: '2026-01-01',
    title: '개인정보 수집·이용 동의',
    mandatory: true,
    digest: '0d'.repeat(32),
    text: '# 개인정보 수집·이용 동의\n…\n',
  },
];

export const eventStream = [
  'retry: 2000',
  '',
  'id: 4',
  'event: reseal.reissue.issued.v1',
  `data: {"reissueId":"${reissueId}","reason":"EXPIRED","state":"ISSUED","previousState":"ISSUING","parked":false,"serial":"${serial}"}`,
  '',
  ': still here',
  '',
].join('\n');

export const pemChain = [
  ...['leaf', 'issuing CA', 'root'].map(
    (name) => `-----BEGIN CERTIFICATE-----\n… ${name} …\n-----END CERTIFICATE-----`,
  ),
  '',
].join('\n');

export const receiptKeys = {
  keys: [
    {
      kty: 'OKP',
      crv: 'Ed25519',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
      alg: 'EdDSA',
      use: 'sig',
    },
  ],
};

const exampleReceipt =
  'eyJhbGciOiJFZERTQSIsInR5cCI6ImNvbnNlbnQtcmVjZWlwdCtqd3QifQ.eyJpc3MiOiJ1cm46cmVzZWFsIn0.c2lnbmF0dXJl';

export const consentsGiven = {
  consents: identityConsents.map((consent) => ({
    ...consent,
    locale: 'ko',
    act: 'GIVEN',
    recordedAt: '2026-11-23T01:00:00.000Z',
  })),
  receipts: [exampleReceipt],
};

export const withdrawnConsent = {
  termsId: 'marketing-notices',
  version: '2026-01',
  withdrawnAt: '2026-11-23T02:00:00.000Z',
  receipt: exampleReceipt,
};

export const stopLinkRequest = {
  reissueId: 'ri_0f8c2d6b9a3e4f718c5d2b6a90e3f471',
  token: 'q3Zb8sWm1xYt0uPvLrK5cA',
  answer: 'STOP',
  suspendCertificate: true,
} as const;
