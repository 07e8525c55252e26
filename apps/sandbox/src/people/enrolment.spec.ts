import 'reflect-metadata';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { verify } from '@node-rs/argon2';
import { Pkcs10CertificateRequest, PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import type { SampleCertificateRequest } from '#activities/signing';
import { computeVirtualId } from '#libs/npki';
import { SandboxClock } from '../clock.js';
import type { BankRegistry, NewCustomer } from './bank-registry.js';
import { makePrivateKey } from './certificate-request.js';
import { Enrolment } from './enrolment.js';
import type { People } from './people.js';
import type { Holding, PersonKind } from './person.js';
import { inventPerson } from './sample-person.js';
import type { SampleCertificates } from './sample-certificates.js';

const ecAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A CA with its own key, which keeps its certificates by request id. */
class TestAuthority implements SampleCertificates {
  failing = false;
  readonly asked: (readonly SampleCertificateRequest[])[] = [];

  async issue(requests: readonly SampleCertificateRequest[]) {
    if (this.failing) throw new Error('no signer');
    this.asked.push(requests);
    const keys = await crypto.subtle.generateKey(ecAlgorithm, false, ['sign', 'verify']);
    return Promise.all(
      requests.map(async ({ csr, notBefore, notAfter }, index) => {
        const request = new Pkcs10CertificateRequest(csr);
        expect(await request.verify()).toBe(true);
        const certificate = await X509CertificateGenerator.create({
          serialNumber: `0${index + 1}`,
          issuer: 'CN=Test',
          subject: request.subject,
          notBefore: new Date(notBefore),
          notAfter: new Date(notAfter),
          publicKey: request.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: ecAlgorithm,
        });
        return {
          serial: certificate.serialNumber,
          pem: PemConverter.encode(certificate.rawData, 'CERTIFICATE'),
        };
      }),
    );
  }
  async close() {}
}

function setUp() {
  const rows: Awaited<ReturnType<People['invent']>> = [];
  const enrolled = new Map<string, string | null>();
  const customers: NewCustomer[] = [];
  const people = {
    async invent(holdings: readonly Holding[], { rrnOnFile = true }: PersonKind) {
      const made = await Promise.all(
        holdings.map(async (holding) => ({
          ...inventPerson(rows.length + 1 + Math.floor(Math.random() * 9e5), '999', holding, new Date()),
          private_key: holding === 'NONE' ? null : await makePrivateKey(),
          random: holding === 'NONE' ? null : randomBytes(20).toString('hex'),
          rrn_on_file: rrnOnFile,
          certificate: null,
        })),
      );
      rows.push(...(made as unknown as typeof rows));
      return made as unknown as typeof rows;
    },
    pending: async () => rows.filter((row) => !enrolled.has(row.person_id)),
    markEnrolled: async (marked: { personId: string; certificate: string | null }[]) =>
      marked.forEach(({ personId, certificate }) => enrolled.set(personId, certificate)),
    byIds: async (ids: readonly string[]) =>
      ids.filter((id) => enrolled.has(id)).map((personId) => ({ personId })),
  };
  const registry = { enrol: async (given: NewCustomer[]) => void customers.push(...given) };
  const authority = new TestAuthority();
  const enrolment = new Enrolment(
    people as unknown as People,
    authority,
    registry as unknown as BankRegistry,
    new SandboxClock(),
  );
  return { rows, enrolled, customers, authority, enrolment };
}

// A hundred keys and password hashes take long on a slow machine.
jest.setTimeout(60_000);

describe('enrolment', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('Enrolment makes people customers and gives certificates to those who hold one', async () => {
    const { rows, enrolled, customers, authority, enrolment } = setUp();
    expect(await enrolment.enrol(['VALID', 'NONE', 'EXPIRED'])).toHaveLength(3);
    expect(authority.asked.flat().map(({ requestId }) => requestId)).toEqual([
      rows[0]!.person_id,
      rows[2]!.person_id,
    ]);
    expect([...enrolled.values()].map((certificate) => certificate !== null)).toEqual([true, false, true]);
    expect(customers).toHaveLength(3);
    expect(customers[0]!.verifier).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verify(customers[0]!.verifier, rows[0]!.certificate_password)).toBe(true);
  });

  it('Enrolment gives each old certificate the VID of its holder’s number and R', async () => {
    const { rows, authority, enrolment } = setUp();
    await enrolment.enrol(['VALID', 'EXPIRED']);
    expect(authority.asked.flat().map(({ virtualId }) => virtualId)).toEqual(
      rows.map(({ rrn, random }) =>
        Buffer.from(computeVirtualId({ idn: rrn, random: Buffer.from(random!, 'hex') })).toString('hex'),
      ),
    );
  });

  it('Enrolment gives the bank the numbers that it shall have', async () => {
    const { rows, customers, enrolment } = setUp();
    await enrolment.enrol(['VALID']);
    await enrolment.enrol(['VALID', 'NONE'], { rrnOnFile: false });
    expect(customers.map(({ rrn }) => rrn)).toEqual([rows[0]!.rrn, undefined, undefined]);
  });

  it('Enrolment requests at most 100 certificates in one call', async () => {
    const { authority, enrolment, rows } = setUp();
    await enrolment.enrol(Array.from({ length: 101 }, () => 'VALID' as const));
    expect(authority.asked.map((asked) => asked.length)).toEqual([100, 1]);
    expect(new Set(authority.asked.flat().map(({ requestId }) => requestId)).size).toBe(rows.length);
  });

  it('Enrolment shows no person while the CA is down, and completes with the same key after a restart', async () => {
    const { rows, enrolled, authority, enrolment } = setUp();
    authority.failing = true;
    await expect(enrolment.enrol(['VALID'])).rejects.toMatchObject({ status: 503 });
    expect(enrolled.size).toBe(0);
    await enrolment.onModuleDestroy();

    authority.failing = false;
    const restarted = setUp();
    restarted.rows.push(...rows);
    restarted.enrolment.onApplicationBootstrap();
    while (restarted.enrolled.size === 0) await delay(5);
    const key = createPublicKey(createPrivateKey(rows[0]!.private_key!)).export({
      type: 'spki',
      format: 'der',
    });
    const request = new Pkcs10CertificateRequest(restarted.authority.asked[0]![0]!.csr);
    expect(Buffer.from(request.publicKey.rawData).equals(key)).toBe(true);
    expect(restarted.authority.asked[0]![0]!.requestId).toBe(rows[0]!.person_id);
  });
});
