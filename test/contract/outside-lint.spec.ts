import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { acceptedFindings, type AcceptedFinding } from './outside-lint/accepted-findings.js';
import { lint, type Finding } from './outside-lint/linters.js';
import { makeSubjects, type Subject } from './outside-lint/subjects.js';

const work = mkdtempSync(join(tmpdir(), 'reseal-outside-lint-'));
let subjects: readonly Subject[];
let findings: readonly Finding[];

beforeAll(async () => {
  subjects = await makeSubjects(work, new Date());
  mkdirSync(join(work, 'subjects'));
  findings = lint(subjects, join(work, 'subjects'));
}, 60_000);
afterAll(() => rmSync(work, { recursive: true }));

const covers = (accepted: AcceptedFinding, finding: Finding) =>
  accepted.linter === finding.linter && accepted.id === finding.id && finding.subject.startsWith(accepted.of);

describe('zlint and pkilint', () => {
  it('zlint and pkilint find only accepted faults in what the CA makes', () => {
    const unexpected = findings.filter(
      (finding) => !acceptedFindings.some((accepted) => covers(accepted, finding)),
    );
    expect(unexpected).toEqual([]);
  });

  it('zlint and pkilint still find every accepted fault', () => {
    const gone = acceptedFindings.filter(
      (accepted) => !findings.some((finding) => covers(accepted, finding)),
    );
    expect(gone).toEqual([]);
  });

  it('zlint and pkilint find the fault of an altered certificate', () => {
    // A serial number whose first bit is set is negative. The change also makes the signature wrong.
    const person = subjects.find(({ name }) => name.startsWith('person/'))!;
    const tampered = Buffer.from(person.der);
    const serial = tampered.indexOf(Buffer.from('a003020102', 'hex')) + 5 + 2;
    tampered[serial] = 0x90;
    const issuing = subjects.find(({ name }) => name === person.certifiedBy)!;
    const found = lint([issuing, { ...person, name: 'tampered', der: tampered }], join(work, 'subjects'))
      .filter(({ subject }) => subject === 'tampered')
      .map(({ linter, id }) => `${linter} ${id}`);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringContaining('zlint e_serial_number_'),
        expect.stringContaining('pkilint pkix.certificate_serial_number_'),
      ]),
    );
  }, 30_000);
});
