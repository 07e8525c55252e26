import { describe, expect, it } from '@jest/globals';
import { type EvidenceBundle } from '../bundle.js';
import { type LoggedEntry } from '../entry.js';
import { entriesIn, SampleLog, sealed } from '../testing/sample-evidence.js';
import { bundle, found, later, own, sample } from '../testing/verification.js';

describe('what was done to the certificate', () => {
  const act = (action: string, reason: string | null, second: number): LoggedEntry => ({
    ...sample.log.entries[0]!,
    ...{ stream: 'authority', sequence: second, action, reason, outcome: 'DONE', details: { serial: '0a' } },
    occurredAt: `2026-11-24T00:00:0${second}.000Z`,
  });
  type Status = NonNullable<EvidenceBundle['certificate']>['status'];
  const withActs = async (acts: readonly LoggedEntry[], status: Partial<Status>, format = bundle.format) => {
    const log = new SampleLog([...sample.log.entries, ...acts]);
    const copy = structuredClone({ ...bundle, format });
    Object.assign(copy.certificate!.status, status);
    const entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    const checkpoint = await log.checkpoint(sample.key);
    return found(await sealed({ ...copy, entries, checkpoint, consistency: [] }, sample.key));
  };
  const [hold, release, revoke] = [
    () => act('certificate.hold', 'certificateHold', 1),
    () => act('certificate.release', null, 2),
    () => act('certificate.revoke', 'keyCompromise', 3),
  ];
  const held = { holdAt: '2026-11-24T00:00:01.000Z' };
  const revoked = { revokedAt: '2026-11-24T00:00:03.000Z', revocationReason: 'keyCompromise' };
  const clean = { kinds: [], unproven: [] };

  it('The acts on a certificate give its status', async () => {
    expect(await withActs([hold()], held)).toMatchObject(clean);
    expect(await withActs([hold(), release()], {})).toMatchObject(clean);
    expect(await withActs([hold(), release(), revoke()], revoked)).toMatchObject(clean);
    expect(await withActs([hold(), revoke()], { ...held, ...revoked })).toMatchObject(clean);
  });

  it('A stated status that differs from the acts is found', async () => {
    const altered = { kinds: ['STATUS_ALTERED'] };
    expect(await withActs([revoke()], {})).toMatchObject(altered);
    expect(await withActs([revoke()], { ...revoked, revocationReason: 'unspecified' })).toMatchObject(
      altered,
    );
    expect(await withActs([hold(), release()], held)).toMatchObject(altered);
    expect(await withActs([hold()], {})).toMatchObject(altered);
    expect(await withActs([], revoked)).toMatchObject(altered);
    expect(await withActs([revoke(), release()], {})).toMatchObject(altered);
  });

  it('The status in a bundle of the first form is unproven if other reissues may have changed it', async () => {
    expect(await withActs([], revoked, 'reseal-evidence/1')).toMatchObject({
      kinds: [],
      unproven: ['STATUS'],
    });
    expect(await withActs([revoke()], {}, 'reseal-evidence/1')).toMatchObject({ kinds: ['STATUS_ALTERED'] });
  });
});

describe('a personal part that is gone', () => {
  const purge = (before: string): LoggedEntry => ({
    ...sample.log.entries[0]!,
    ...{ stream: 'authority', sequence: 1, action: 'purge' },
    details: { recordClass: 'personalDetails', from: '2020-01-01T00:00:00.000Z', before, records: 1 },
  });
  const without = async (acts: readonly LoggedEntry[]) => {
    const log = new SampleLog([...sample.log.entries, ...acts]);
    const copy = structuredClone(bundle);
    copy.entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    delete own(copy, 1).personal;
    delete copy.consents[0]!.address;
    delete copy.consents[0]!.agent;
    const checkpoint = await log.checkpoint(sample.key);
    return found(await sealed({ ...copy, checkpoint, consistency: [] }, sample.key));
  };

  it('A missing personal part is unproven', async () => {
    expect(await without([])).toMatchObject({ kinds: [], unproven: ['PERSONAL'] });
  });

  it('A missing personal part is explained by a purge that names its reissue, and by no other purge', async () => {
    const ofReissues = (reissueIds: readonly string[]) => ({
      ...purge(later),
      details: { recordClass: 'issuanceEvidence', years: 10, reissueIds, records: 1 },
    });
    const { reissueId } = bundle;
    expect(await without([ofReissues([reissueId])])).toMatchObject({ kinds: [], unproven: [] });
    expect(await without([ofReissues([`${reissueId}0`])])).toMatchObject({
      kinds: ['ENTRY_INSERTED'],
      unproven: ['PERSONAL'],
    });
  });

  it('A missing personal part is explained by an earlier purge of its age, and by no other purge', async () => {
    expect(await without([purge(later)])).toMatchObject({ kinds: [], unproven: [] });
    expect(await without([purge('2021-01-01T00:00:00.000Z')])).toMatchObject({
      kinds: ['ENTRY_INSERTED'],
      unproven: ['PERSONAL'],
    });
  });
});

describe('entries that do not name all that the bundle states', () => {
  const withEntries = async (change: (entry: LoggedEntry) => LoggedEntry) => {
    const log = new SampleLog(sample.log.entries.map(change));
    const changed = {
      entries: entriesIn(log),
      checkpoint: await log.checkpoint(sample.key),
      consistency: [],
    };
    return found(await sealed({ ...bundle, ...changed }, sample.key));
  };

  it('A bundle with entries of an earlier form reports what they do not prove', async () => {
    const old = withEntries((entry) => {
      const { customerRef: _, receipt: __, ...details } = entry.details;
      return { ...entry, details };
    });
    expect(await old).toMatchObject({ kinds: [], unproven: ['REISSUE', 'RECEIPT'] });
  });

  it.each(['digest', 'locale', 'agreed', 'act'])(
    'A consent without its %s in the entry is unproven',
    async (name) => {
      const bare = withEntries((entry) => {
        const { consents, ...details } = entry.details as { consents?: Record<string, unknown>[] };
        const rest = consents?.map((each) => ({ ...each, [name]: undefined }));
        const less = rest && (JSON.parse(JSON.stringify(rest)) as unknown);
        return { ...entry, details: { ...details, ...(less ? { consents: less } : {}) } };
      });
      expect(await bare).toMatchObject({ kinds: [], unproven: ['CONSENT'] });
    },
  );
});

describe('a reissue that was recovered after a restore', () => {
  const recovered = async (
    details: Record<string, unknown>,
    change: (copy: EvidenceBundle) => void = () => undefined,
  ) => {
    const recover = { action: 'recover', outcome: 'REGISTERED', details };
    const log = new SampleLog(
      sample.log.entries.map((entry) => (entry.action === 'issue' ? { ...entry, ...recover } : entry)),
    );
    const copy = structuredClone(bundle);
    const { occurredAt } = log.entries.find(({ action }) => action === 'recover')!;
    copy.reissue.endedAt = occurredAt;
    copy.certificate!.status.registeredAt = occurredAt;
    change(copy);
    const checkpoint = await log.checkpoint(sample.key);
    return found(await sealed({ ...copy, entries: entriesIn(log), checkpoint, consistency: [] }, sample.key));
  };
  const state = { serial: '0a', state: 'REGISTERED' };

  it('A recovered reissue has the certificate that the entry of its recovery names', async () => {
    const issued = sample.log.entries.find(({ action }) => action === 'issue')!;
    const { sha256 } = issued.details;
    expect(await recovered({ ...state, sha256 })).toMatchObject({ kinds: [], unproven: [] });
    expect(await recovered({ ...state, sha256: '0'.repeat(64) })).toMatchObject({
      kinds: ['CERTIFICATE_ALTERED'],
    });
    expect(await recovered(state)).toMatchObject({ kinds: [], unproven: ['CERTIFICATE'] });
    const without = (copy: EvidenceBundle) => (copy.certificate = null);
    expect(await recovered(state, without)).toMatchObject({ kinds: [], unproven: ['CERTIFICATE'] });
    expect(await recovered({ ...state, sha256 }, without)).toMatchObject({ kinds: ['CERTIFICATE_ALTERED'] });
  });
});
