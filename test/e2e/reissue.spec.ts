import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { unzipSync } from 'fflate';
import type { Basis, NotificationKind, Reason } from '#libs/domain';
import { computeVirtualId, readCertificates, readIdentifyData } from '#libs/npki';
import {
  certificatesIn,
  oldSerialOf,
  opensslVerify,
  recordedStatusOf,
  thumbprintOf,
  type RecordedStatus,
} from '../support/certificates.js';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { bookmarkEvents, type Bookmark } from '../support/kafka.js';
import { connectToStack } from '../support/running-stack.js';
import type { Holding } from '../support/sandbox.js';
import { readCheckedEvents } from '../support/checked-events.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());
let bookmark: Bookmark;
beforeAll(async () => {
  bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
});

interface Case {
  readonly reason: Reason;
  readonly holding: Holding;
  readonly basis: Basis;
  /** The status of the old certificate: at first, after the identity is verified, and at the end. */
  readonly old: readonly [RecordedStatus, RecordedStatus, RecordedStatus];
  /** Notifications in addition to ISSUED and REGISTERED. */
  readonly told: readonly NotificationKind[];
}
/** The old certificate is no identity method if another person may have its key. */
const offered = (reason: Reason) => [
  ...['PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT'],
  ...(reason === 'EXPIRED' ? ['OLD_CERTIFICATE'] : []),
];
const cases: readonly Case[] = [
  {
    ...{ reason: 'EXPIRED', holding: 'EXPIRED', basis: 'NEW', told: [] },
    old: ['EXPIRED', 'EXPIRED', 'EXPIRED'],
  },
  {
    ...{ reason: 'EXPIRED', holding: 'EXPIRING', basis: 'RENEW', told: [] },
    old: ['IN_FORCE', 'IN_FORCE', 'REVOKED superseded'],
  },
  {
    ...{ reason: 'EXPIRED', holding: 'NONE', basis: 'NEW', told: [] },
    old: ['UNKNOWN', 'UNKNOWN', 'UNKNOWN'],
  },
  {
    ...{ reason: 'LOST', holding: 'VALID', basis: 'REISSUE', told: ['HELD'] },
    old: ['IN_FORCE', 'ON_HOLD', 'REVOKED superseded'],
  },
  {
    ...{ reason: 'PASSWORD_FORGOTTEN', holding: 'VALID', basis: 'REISSUE', told: ['PASSWORD_RESET'] },
    old: ['IN_FORCE', 'IN_FORCE', 'REVOKED superseded'],
  },
  {
    ...{ reason: 'KEY_COMPROMISED', holding: 'VALID', basis: 'REISSUE', told: ['REVOKED'] },
    old: ['IN_FORCE', 'REVOKED keyCompromise', 'REVOKED keyCompromise'],
  },
];

describe.each(cases)('a reissue because of $reason, by a customer whose certificate is $holding', (each) => {
  const { reason, holding, basis, old, told } = each;
  let customer: Customer;
  /** Before and after the certificate was made, because a day in Korea may end between them. */
  let around: readonly [Date, Date];
  const oldStanding = () => recordedStatusOf(stack.db, oldSerialOf(customer.person) ?? 'none');
  const newStanding = () => recordedStatusOf(stack.db, customer.reissue?.certificate?.serial);

  beforeAll(async () => {
    customer = await stack.newCustomer(holding);
    expect(await oldStanding()).toBe(old[0]);
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) sends the codes with its first call and reveals no personal data`, async () => {
    const answer = await customer.start({ reason });
    const { reissue, challenges } = expectSuccess(answer);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/reissues/${reissue.id}`);
    expect(reissue).toMatchObject({
      reason,
      state: 'IDENTITY_REQUIRED',
      next: { action: 'VERIFY_IDENTITY', methods: offered(reason) },
      attempts: { identity: 5, password: null },
    });
    expect(Object.keys(reissue)).not.toContain('basis');
    expect(Object.keys(reissue)).not.toContain('certificate');
    expect(challenges.map(({ method }) => method).sort()).toEqual(['ONE_WON', 'PHONE_CODE']);
    expect(await oldStanding()).toBe(old[0]);
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) protects the old certificate once identity is verified, if the reason requires it`, async () => {
    const { reissue, results } = expectSuccess(await customer.verify());
    expect(results.map(({ accepted }) => accepted)).toEqual([true, true]);
    expect(reissue).toMatchObject({ state: 'PASSWORD_REQUIRED', basis, attempts: { password: 5 } });
    expect(reissue.next.action).toBe(reason === 'PASSWORD_FORGOTTEN' ? 'RESET_PASSWORD' : 'ENTER_PASSWORD');
    expect(await oldStanding()).toBe(old[1]);
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) leads by password, terms and request to a certificate that is not yet in force`, async () => {
    const forgotten = reason === 'PASSWORD_FORGOTTEN';
    const known = expectSuccess(await (forgotten ? customer.resetPassword() : customer.submitPassword()));
    expect(known).toMatchObject({ state: 'CONSENT_REQUIRED', next: { action: 'AGREE_TO_TERMS' } });
    const agreed = expectSuccess(await customer.giveConsents());
    expect(agreed).toMatchObject({ state: 'KEY_REQUIRED', next: { action: 'SEND_CERTIFICATE_REQUEST' } });
    const before = new Date();
    const issued = expectSuccess(await customer.requestCertificate());
    around = [before, new Date()];
    expect(issued).toMatchObject({ state: 'ISSUED', basis, next: { action: 'REGISTER' } });
    expect(await oldStanding()).toBe(old[1]);
    expect(await newStanding()).toBe('NOT_REGISTERED');
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) gives a certificate for the customer’s own key, with its chain, in PEM and DER`, async () => {
    const pem = expectSuccess(await customer.download());
    const chain = certificatesIn(pem);
    const leaf = chain[0]!;
    expect(chain).toHaveLength(3);
    expect(await thumbprintOf(leaf)).toBe(customer.key.thumbprint);
    expect([undefined, '/leaf.pem: OK']).toContain(opensslVerify(chain));
    expect(leaf.verify(chain[1]!.publicKey) && chain[1]!.verify(chain[2]!.publicKey)).toBe(true);

    const { serial, subject, notBefore, notAfter } = customer.reissue!.certificate!;
    expect(leaf.serialNumber.toLowerCase()).toBe(serial);
    expect(subject).toContain(`cn=${customer.person.name}()`);
    expect([leaf.validFromDate, leaf.validToDate]).toEqual([new Date(notBefore), new Date(notAfter)]);
    expect(leaf.validFromDate.getTime()).toBeLessThanOrEqual(Date.now());
    const ends = around.map((at) => expectedEnd(basis, customer.person.oldCertificate, at));
    expect(ends).toContain(notAfter);

    const der = await customer.download({ headers: { accept: 'application/pkix-cert' } });
    expect(der.headers.get('content-type')).toBe('application/pkix-cert');
    expect(Buffer.compare(der.body as unknown as Buffer, leaf.raw)).toBe(0);
    const pkcs7 = await customer.download({ headers: { accept: 'application/pkcs7-mime' } });
    expect(readCertificates(pkcs7.body as unknown as Buffer).map((each) => Buffer.from(each))).toEqual(
      chain.map(({ raw }) => raw),
    );
    const zip = await customer.download({ headers: { accept: 'application/zip' } });
    expect(Object.keys(unzipSync(zip.body as unknown as Buffer))).toContain(
      `NPKI/${/,o=([^,]+),c=kr$/.exec(subject)![1]}/USER/${subject}/signCert.der`,
    );
    expect(await oldStanding()).toBe(old[1]);
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) gives a certificate with the holder’s name, whose VID proves the number with R`, async () => {
    const der = await customer.download({ headers: { accept: 'application/pkix-cert' } });
    const { person, vidRandom } = customer;
    const random = Buffer.from(vidRandom!, 'hex');
    expect(readIdentifyData(der.body as unknown as Buffer)).toEqual({
      realName: person.name,
      virtualId: computeVirtualId({ idn: person.rrn, random }),
      hashOid: '2.16.840.1.101.3.4.2.1',
    });
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) puts the new certificate in force when its key has signed the proof`, async () => {
    const registered = expectSuccess(await customer.register());
    expect(registered).toMatchObject({ state: 'REGISTERED', next: { action: 'NONE' }, deadline: null });
    expect(registered.certificate).toEqual(customer.reissue?.certificate);
    expect(await oldStanding()).toBe(old[2]);
    expect(await newStanding()).toBe('IN_FORCE');
    expect((await customer.fetchReissue()).body).toEqual(registered);
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) leaves no secret in the vault`, async () => {
    const items = stack.db.selectFrom('vault_item').where('reissue_id', '=', customer.reissueId).selectAll();
    expect(await items.execute()).toEqual([]);
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) sends each code and each message once, in one language, with the receipt number`, async () => {
    const { mobile, email } = customer.person;
    const { receiptNumber } = customer.reissue!;
    const bySms = [...told, 'REGISTERED'].sort();
    // The message that the old certificate was suspended or revoked says the same, and goes to every contact.
    const everywhere = bySms.filter((kind) => kind === 'HELD' || kind === 'REVOKED');
    const byMail = everywhere.length > 0 ? everywhere : ['NEW_DEVICE'];
    const kindOf = ({ id }: { id: string }) => /ri_[0-9a-f]{32}\.([A-Z_]+)/.exec(id)?.[1] ?? 'code';
    const [sms, mail] = await until('all messages', async () => {
      const found = await Promise.all([stack.sandbox.inbox(mobile), stack.sandbox.inbox(email)]);
      return found[0].length > bySms.length && found[1].length >= byMail.length && found;
    });
    expect(sms.map(kindOf).sort()).toEqual([...bySms, 'code'].sort());
    expect(mail.map(kindOf)).toEqual(byMail);
    for (const message of [...sms, ...mail].filter((each) => kindOf(each) !== 'code')) {
      expect(message.text).toMatch(/[가-힣]/);
      expect(message.text).not.toMatch(/[a-z]/);
      for (const part of ['한별은행', receiptNumber, '1500-0000']) expect(message.text).toContain(part);
    }
    expect(await stack.sandbox.deposits(customer.person.account.number)).toHaveLength(1);
  });

  it(`A reissue because of ${reason} (old certificate: ${holding}) publishes every change in order`, async () => {
    const stories = await readCheckedEvents(stack, bookmark, [customer.reissueId]);
    const types = stories.get(customer.reissueId)!.map(({ type }) => type.replace(/^reseal\.|\.v1$/g, ''));
    expect(types).toEqual([
      'reissue.started',
      'reissue.identity-verified',
      ...(reason === 'LOST' ? ['certificate.held'] : []),
      ...(reason === 'KEY_COMPROMISED' ? ['certificate.revoked'] : []),
      reason === 'PASSWORD_FORGOTTEN' ? 'reissue.password-reset' : 'reissue.password-verified',
      'reissue.consents-recorded',
      'reissue.certificate-requested',
      'reissue.issued',
      'certificate.issued',
      'reissue.registered',
      'certificate.registered',
      ...(old[2] === 'REVOKED superseded' ? ['certificate.revoked'] : []),
    ]);
  });
});

/**
 * The expected end: REISSUE keeps the old end, RENEW adds a year to it, NEW is valid for a year from today. Validity
 * ends at 23:59:59 in Korea.
 */
function expectedEnd(basis: Basis, oldPem: string | undefined, now: Date): string {
  const from = basis === 'NEW' ? now : new X509Certificate(oldPem!).validToDate;
  if (basis === 'REISSUE') return from.toISOString();
  const korean = new Date(from.getTime() + 9 * 3_600_000);
  const end = new Date(
    Date.UTC(korean.getUTCFullYear() + 1, korean.getUTCMonth(), korean.getUTCDate(), 14, 59, 59),
  );
  return end.toISOString();
}
