import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { bundleSchema, type EvidenceBundle } from '../bundle.js';
import { digestOfText, type LoggedEntry } from '../entry.js';
import {
  auditSigner,
  certificates,
  entriesIn,
  publicPart,
  reissueId,
  SampleLog,
  sampleEvidence,
  sealed,
  type Sample,
} from '../testing/sample-evidence.js';
import { readTrust } from '../parsing/files.js';
import { verifyEvidence } from './verify-evidence.js';

let sample: Sample;
let bundle: EvidenceBundle;
beforeAll(async () => {
  sample = await sampleEvidence();
  ({ bundle } = sample);
});

const found = async (changed: unknown, kept: readonly string[] = []) => {
  const { valid, findings, unproven } = await verifyEvidence(changed, sample.trust, kept);
  expect(valid).toBe(findings.length === 0);
  return {
    kinds: [...new Set(findings.map(({ kind }) => kind))].sort(),
    entries: findings.flatMap(({ entry }) => (entry?.sequence === undefined ? [] : [entry.sequence])),
    unproven: unproven.map(({ what }) => what),
  };
};

/** A bundle that an attacker with the audit key could make. */
const forged = (change: (copy: EvidenceBundle) => void): Promise<EvidenceBundle> => {
  const copy = structuredClone(bundle);
  change(copy);
  return sealed(copy, sample.key);
};
const own = (copy: EvidenceBundle, sequence: number) =>
  copy.entries.find((item) => item.stream === reissueId && item.sequence === sequence)!;

describe('a bundle as it was made', () => {
  it('An unaltered bundle is valid, with everything proven', async () => {
    expect(await verifyEvidence(bundle, sample.trust)).toEqual({ valid: true, unproven: [], findings: [] });
  });

  it('An unaltered bundle is valid after it was written to a file and read again', async () => {
    expect(await found(JSON.parse(JSON.stringify(bundle)))).toMatchObject({ kinds: [], unproven: [] });
  });

  it('An unaltered bundle is valid with earlier and later checkpoints kept elsewhere', async () => {
    const kept = [await sample.log.checkpoint(sample.key, 3), await sample.log.checkpoint(sample.key)];
    expect(await found(bundle, kept)).toMatchObject({ kinds: [], unproven: [] });
  });

  it('An unaltered bundle stays valid once its personal parts are erased', async () => {
    const erased = await forged((copy) => delete own(copy, 1).personal);
    expect(await found(erased)).toMatchObject({ kinds: [] });
  });

  it('A bundle reports what nothing proves: entries after the checkpoint, a checkpoint beyond its proofs', async () => {
    const early = await forged((copy) => {
      Object.assign(own(copy, 4), { leafIndex: null, leafHash: null, proof: null });
    });
    expect(await found(early)).toMatchObject({ kinds: [], unproven: ['ENTRY'] });
    expect(await found(bundle, [await sample.log.checkpoint(sample.key, 5)])).toMatchObject({
      kinds: [],
      unproven: ['CHECKPOINT'],
    });
    const later = new SampleLog([...sample.log.entries, ...sample.log.entries]);
    // the same applies to a checkpoint from just before the bundle was made
    const kept = await later.checkpoint(sample.key, 12, Date.parse(bundle.madeAt) - 1_000);
    expect(await found(bundle, [kept])).toMatchObject({ kinds: [], unproven: ['CHECKPOINT'] });
  });
});

describe('many checkpoints that were kept elsewhere', () => {
  it('Many checkpoints beyond a bundle give one finding', async () => {
    const kept = await Promise.all([4, 5, 6].map((size) => sample.log.checkpoint(sample.key, size)));
    const { unproven } = await verifyEvidence(bundle, sample.trust, kept);
    expect(unproven).toEqual([
      { what: 'CHECKPOINT', message: expect.stringContaining('3 checkpoints, the last of') },
    ]);
  });
});

describe('an entry that the database stamped', () => {
  const recordedAt = '2026-11-23T00:00:01.000Z';
  const stampedBy = async (recordedBy: string, entry: { action: string; actor: string }) => {
    const log = new SampleLog([
      ...sample.log.entries,
      { ...sample.log.entries[0]!, stream: reissueId, sequence: 5, ...entry, recordedBy, recordedAt },
    ]);
    const checkpoint = await log.checkpoint(sample.key);
    const reissue = { ...bundle.reissue, auditSequence: 5 };
    const changed = { ...bundle, reissue, entries: entriesIn(log), checkpoint, consistency: [] };
    return sealed(changed, sample.key);
  };

  it('A stamped entry is valid if its role may write it', async () => {
    const honest = await stampedBy('reseal_worker', { action: 'remind', actor: 'system' });
    expect(await found(honest)).toMatchObject({ kinds: [], unproven: [] });
  });

  it.each([
    ['reseal_status', { action: 'remind', actor: 'system' }],
    ['reseal_worker', { action: 'remind', actor: 'operator:bora' }],
    ['reseal_owner', { action: 'remind', actor: 'system' }],
  ])('A stamped entry by %s is found if that role may not write it', async (role, entry) => {
    expect(await found(await stampedBy(role, entry))).toMatchObject({
      kinds: ['WRITER_NOT_ALLOWED'],
      entries: [5],
    });
  });

  it('A stamped entry with an action of a later version is not judged', async () => {
    const later = await stampedBy('reseal_worker', { action: 'splitCertificate', actor: 'system' });
    expect(await found(later)).toMatchObject({ kinds: [] });
  });

  it('A stamped entry is found if its stamp was changed or removed', async () => {
    const honest = await stampedBy('reseal_worker', { action: 'remind', actor: 'system' });
    for (const change of [{ recordedBy: 'reseal_signer' }, { recordedAt: bundle.madeAt }, undefined]) {
      const copy = structuredClone(honest);
      const { recordedBy: _, recordedAt: __, ...bare } = own(copy, 5).entry!;
      own(copy, 5).entry = change ? { ...own(copy, 5).entry!, ...change } : bare;
      expect((await found(await sealed(copy, sample.key))).kinds).toContain('ENTRY_ALTERED');
    }
  });
});

describe('acts outside the reissue', () => {
  const act = (sequence: number, details: Record<string, unknown>) => ({
    ...sample.log.entries[0]!,
    ...{ stream: 'authority', sequence, action: 'certificate.hold', outcome: 'REFUSED', details },
  });
  const withActs = async (...acts: ReturnType<typeof act>[]) => {
    const log = new SampleLog([...sample.log.entries, ...acts]);
    const checkpoint = await log.checkpoint(sample.key);
    const entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    return sealed({ ...bundle, entries, checkpoint, consistency: [] }, sample.key);
  };

  it('An act outside the reissue belongs to it by its id or its certificate, in any order of the log', async () => {
    const honest = await withActs(act(8, { serial: '0a' }), act(7, { reissueId }));
    expect(await found(honest)).toMatchObject({ kinds: [], unproven: [] });
  });

  it('An act about another object does not belong to the evidence', async () => {
    const padded = await withActs(act(7, { serial: '0b' }));
    expect(await found(padded)).toMatchObject({ kinds: ['ENTRY_INSERTED'], entries: [7] });
  });
});

describe('checkpoints of a branch of the log that a restore of the database cut off', () => {
  const at = (second: number) => Date.parse('2026-11-23T00:00:00.000Z') + second * 1_000;
  const lostLog = () =>
    new SampleLog([
      ...sample.log.entries.slice(0, 5),
      ...sample.log.entries.slice(5).map((entry) => ({ ...entry, outcome: 'LOST' })),
    ]);
  /** A stored checkpoint of the lost branch, and a bundle whose log records the loss up to it. */
  const restored = async (
    change: (item: EvidenceBundle['entries'][number]) => void = () => undefined,
    others: readonly string[] = [],
  ) => {
    const kept = await lostLog().checkpoint(sample.key, 7, at(20));
    const log = new SampleLog([
      ...sample.log.entries,
      {
        ...sample.log.entries[0]!,
        ...{ stream: 'authority', sequence: 1, action: 'reconcileRestore', outcome: 'DONE' },
        details: {
          log: { common: { size: 5, time: new Date(at(5)).toISOString() }, lost: { size: 7, jws: kept } },
        },
      },
    ]);
    const entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    change(entries.at(-1)!);
    const checkpoint = await log.checkpoint(sample.key);
    const consistency = [kept, ...others].map((each) => ({ checkpoint: each, proof: [] }));
    return { kept, bundle: await sealed({ ...bundle, entries, checkpoint, consistency }, sample.key) };
  };

  it('Checkpoints of a log branch that a restore cut off are unproven, and explained by the entry of the restore', async () => {
    const { kept, bundle: honest } = await restored();
    const earlier = await lostLog().checkpoint(sample.key, 6, at(19));
    const { findings, unproven } = await verifyEvidence(honest, sample.trust, [earlier, kept]);
    expect(findings).toEqual([]);
    expect(unproven).toEqual([
      {
        what: 'CHECKPOINT',
        entry: { stream: 'authority', sequence: 1 },
        message: expect.stringContaining(
          '2 checkpoints up to 2026-11-23T00:00:20.000Z (7 entries) are of a branch',
        ),
      },
    ]);
  });

  it('Checkpoints of a cut-off branch are not explained by an entry that is not proven to be in the log', async () => {
    const { kept, bundle: early } = await restored((item) => {
      Object.assign(item, { leafIndex: null, leafHash: null, proof: null });
    });
    expect((await found(early, [kept])).kinds).toEqual(['LOG_INCONSISTENT']);
    const { kept: other, bundle: edited } = await restored((item) => {
      item.entry = { ...item.entry!, actor: 'operator:x' };
    });
    expect((await found(edited, [other])).kinds).toEqual(['ENTRY_ALTERED', 'LOG_INCONSISTENT']);
  });

  it('Checkpoints of a cut-off branch are not explained outside the time that the entry names', async () => {
    for (const second of [4, 21]) {
      const other = await lostLog().checkpoint(sample.key, 7, at(second));
      const { kept, bundle: honest } = await restored(undefined, [other]);
      expect((await found(honest, [kept, other])).kinds).toEqual(['LOG_INCONSISTENT']);
    }
  });
});

describe('a bundle that was changed on its way', () => {
  it.each<[string, (copy: EvidenceBundle) => void]>([
    ['another time', (copy) => (copy.madeAt = '2026-11-24T00:00:00.000Z')],
    ['another history', (copy) => (copy.consents[0]!.text = null)],
  ])('is found by its signature: %s', async (_, change) => {
    const copy = structuredClone(bundle);
    change(copy);
    expect((await found(copy)).kinds).toEqual(['SIGNATURE_INVALID']);
  });

  it('A bundle that was altered in transit names the entry as well as the broken signature', async () => {
    const copy = structuredClone(bundle);
    own(copy, 2).entry!.outcome = 'REFUSED';
    expect(await found(copy)).toMatchObject({ kinds: ['ENTRY_ALTERED', 'SIGNATURE_INVALID'], entries: [2] });
  });

  it.each([[undefined], [null], ['text'], [[]], [{}], [{ format: 'reseal-evidence/3' }]])(
    'A file is refused as no bundle: %j',
    async (content) => {
      expect((await found(content)).kinds).toEqual(['FORMAT_INVALID']);
    },
  );
});

const later = '2026-11-24T00:00:00.000Z';

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

describe('evidence that was forged with the key of the audit', () => {
  it.each<[string, (copy: EvidenceBundle) => void, string[], number[]]>([
    ['an entry edited', (copy) => (own(copy, 2).entry!.actor = 'nobody'), ['ENTRY_ALTERED'], [2]],
    [
      'an entry deleted',
      (copy) => copy.entries.splice(copy.entries.indexOf(own(copy, 2)), 1),
      ['ENTRY_MISSING'],
      [2],
    ],
    ['an entry deleted, its leaf left', (copy) => (own(copy, 2).entry = null), ['ENTRY_MISSING'], [2]],
    [
      'the last entry cut off, as far as it can be told by its number',
      (copy) => copy.entries.splice(-1),
      ['ENTRY_MISSING', 'HISTORY_ALTERED', 'REISSUE_ALTERED'],
      [4, 3],
    ],
    [
      'an entry inserted',
      (copy) => {
        const last = own(copy, 4);
        const entry = { ...last.entry!, sequence: 5, outcome: 'FAILED' };
        copy.entries.push({ ...last, entry, sequence: 5, leafIndex: last.leafIndex! + 1 });
      },
      ['ENTRY_INSERTED'],
      [5],
    ],
    [
      'two entries in the other order',
      (copy) => {
        const [one, two] = [copy.entries.indexOf(own(copy, 2)), copy.entries.indexOf(own(copy, 3))];
        [copy.entries[one], copy.entries[two]] = [copy.entries[two]!, copy.entries[one]!];
      },
      ['ENTRY_ORDER'],
      [2],
    ],
    [
      'an entry in the place of another',
      (copy) => {
        own(copy, 2).entry = { ...own(copy, 3).entry!, sequence: 2 };
      },
      ['ENTRY_ALTERED'],
      [2],
    ],
    ['a proof changed', (copy) => own(copy, 2).proof!.reverse(), ['ENTRY_INSERTED'], [2]],
    [
      'the personal part changed',
      (copy) => (own(copy, 1).personal!.content = '{}'),
      ['CONSENT_ALTERED', 'PERSONAL_ALTERED'],
      [1],
    ],
    ['the text that was agreed to', (copy) => (copy.consents[0]!.text += ' '), ['CONSENT_ALTERED'], []],
    [
      'a consent swapped for one to another text',
      (copy) => {
        const other = 'Sell my data.\n';
        Object.assign(copy.consents[0]!, { text: other, digest: digestOfText(other) });
      },
      ['CONSENT_ALTERED'],
      [1],
    ],
    ['a consent left out', (copy) => copy.consents.splice(0), ['CONSENT_ALTERED'], [1]],
    ['a refusal made a consent', (copy) => (copy.consents[0]!.agreed = false), ['CONSENT_ALTERED'], [1]],
    [
      'a history with another event',
      (copy) => copy.history!.push({ eventId: '3' }),
      ['HISTORY_ALTERED'],
      [4],
    ],
    ['another end', (copy) => (copy.reissue.state = 'ABANDONED'), ['REISSUE_ALTERED'], [4]],
    ['another serial', (copy) => (copy.reissue.serial = '0b'), ['REISSUE_ALTERED'], [3]],
    ['another reason', (copy) => (copy.reissue.reason = 'LOST'), ['REISSUE_ALTERED'], [1]],
    ['another customer', (copy) => (copy.reissue.customerRef = 'd'.repeat(32)), ['REISSUE_ALTERED'], [1]],
    ['another beginning', (copy) => (copy.reissue.createdAt = later), ['REISSUE_ALTERED'], [1]],
    ['another time of its end', (copy) => (copy.reissue.endedAt = later), ['REISSUE_ALTERED'], [4]],
    ['another time of a consent', (copy) => (copy.consents[0]!.recordedAt = later), ['CONSENT_ALTERED'], [1]],
    ['another address of a consent', (copy) => (copy.consents[0]!.address = '::1'), ['CONSENT_ALTERED'], [1]],
    [
      'a consent without its address',
      (copy) => {
        delete copy.consents[0]!.address;
        delete copy.consents[0]!.agent;
      },
      ['CONSENT_ALTERED'],
      [1],
    ],
    ['a receipt left out', (copy) => copy.receipts.splice(0), ['RECORD_MISSING'], [1]],
    ['a receipt twice', (copy) => copy.receipts.push('a.b.c'), ['RECEIPT_INVALID'], []],
    ['a hold', (copy) => (copy.certificate!.status.holdAt = later), ['STATUS_ALTERED'], []],
    ['a revocation', (copy) => (copy.certificate!.status.revokedAt = later), ['STATUS_ALTERED'], []],
    ['a registration', (copy) => (copy.certificate!.status.registeredAt = later), ['STATUS_ALTERED'], []],
    ['no certificate', (copy) => (copy.certificate = null), ['CERTIFICATE_ALTERED'], [3]],
  ])('is found: %s', async (_, change, kinds, entries) => {
    const result = await found(await forged(change));
    expect(result.kinds).toEqual(kinds);
    expect([...new Set(result.entries)]).toEqual(entries);
  });

  it('A forged bundle with the certificate of another person, by the same or other CAs, is found although the audit key signed it', async () => {
    const chain = (await certificates()).map((certificate) => certificate.toString('base64'));
    const others = await forged((copy) => (copy.certificate!.chain = chain));
    expect((await found(others)).kinds).toEqual(['CERTIFICATE_ALTERED', 'CHAIN_UNTRUSTED']);
    const spliced = await forged((copy) => (copy.certificate!.chain[0] = chain[0]!));
    expect((await found(spliced)).kinds).toEqual(['CERTIFICATE_ALTERED', 'CHAIN_UNTRUSTED']);
  });

  it('A forged log without one reissue is found by an earlier checkpoint', async () => {
    const without = new SampleLog(
      sample.log.entries.filter(({ stream }, place) => stream === reissueId || place > 0),
    );
    const rewritten = await forged((copy) => (copy.entries = entriesIn(without)));
    const checkpoint = await without.checkpoint(sample.key);
    const resealed = await sealed({ ...rewritten, checkpoint, consistency: [] }, sample.key);
    expect((await found(resealed)).kinds).toEqual([]);
    expect((await found(resealed, [await sample.log.checkpoint(sample.key)])).kinds).toEqual([
      'LOG_TRUNCATED',
    ]);
    const padded = new SampleLog([...without.entries, without.entries[0]!]);
    const continued = await sealed(
      {
        ...rewritten,
        entries: entriesIn(padded),
        checkpoint: await padded.checkpoint(sample.key),
        consistency: [],
      },
      sample.key,
    );
    expect((await found(continued, [await sample.log.checkpoint(sample.key)])).kinds).toContain(
      'LOG_INCONSISTENT',
    );
  });

  it('A forged bundle without a log is found by an earlier checkpoint', async () => {
    const bare = await forged((copy) => {
      Object.assign(copy, { checkpoint: null, consistency: [] });
      for (const item of copy.entries) item.proof = null;
    });
    expect((await found(bare)).kinds).toEqual([]);
    expect((await found(bare, [await sample.log.checkpoint(sample.key)])).kinds).toEqual(['LOG_TRUNCATED']);
  });

  it('A forged consistency proof is found', async () => {
    const result = await found(await forged((copy) => copy.consistency[0]!.proof.reverse()));
    expect(result.kinds).toEqual(['LOG_INCONSISTENT']);
  });
});

describe('a malicious bundle', () => {
  /** The path of keys to every value in a JSON document. */
  const placesIn = (value: unknown, path: string[] = []): string[][] =>
    typeof value === 'object' && value !== null
      ? [path, ...Object.entries(value).flatMap(([key, child]) => placesIn(child, [...path, key]))]
      : [path];
  const changedAt = (document: unknown, path: readonly string[], value: unknown): unknown => {
    const copy = structuredClone({ document }) as Record<string, unknown>;
    const full = ['document', ...path];
    const parent = full.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
    parent[full.at(-1)!] = value;
    return copy['document'];
  };

  it('A malicious bundle is reported, whatever it contains', async () => {
    const places = placesIn(bundle);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.jsonValue(), async (path, value) => {
        const changed = changedAt(bundle, path, value);
        if (JSON.stringify(changed) === JSON.stringify(bundle)) return;
        expect((await verifyEvidence(changed, sample.trust)).valid).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('A malicious bundle is reported at once, however many entries it claims', async () => {
    const claimed = await forged((copy) => (copy.reissue.auditSequence = Number.MAX_SAFE_INTEGER));
    const { findings } = await verifyEvidence(claimed, sample.trust);
    expect(findings).toEqual([
      {
        kind: 'ENTRY_MISSING',
        entry: { stream: reissueId, sequence: 5 },
        message: 'the entries 5 to 9007199254740991 are missing',
      },
    ]);
    const numbered = await forged((copy) => (own(copy, 4).sequence = Number.MAX_SAFE_INTEGER));
    expect((await found(numbered)).kinds).toEqual(['ENTRY_ALTERED', 'ENTRY_INSERTED', 'ENTRY_MISSING']);
  });

  it('A malicious bundle is reported, however many entries it has', async () => {
    const gone = { stream: reissueId, entry: null, leafIndex: null, leafHash: null, proof: null };
    const entries = Array.from({ length: 200_000 }, (_, place) => ({ ...gone, sequence: place + 1 }));
    const { valid } = await verifyEvidence({ ...bundle, entries }, sample.trust);
    expect(valid).toBe(false);
  });

  it('A malicious bundle does no harm even if it is signed', async () => {
    const places = placesIn(bundle);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.jsonValue(), async (path, value) => {
        const changed = changedAt(bundle, path, value);
        if (!bundleSchema.safeParse(changed).success) return;
        await verifyEvidence(await sealed(changed as EvidenceBundle, sample.key), sample.trust);
      }),
      { numRuns: 500 },
    );
  });
});

describe('keys', () => {
  it('A key that the trust file lacks proves nothing', async () => {
    const stranger = auditSigner('audit-1');
    expect((await found(await sealed(bundle, stranger))).kinds).toEqual(['SIGNATURE_INVALID']);
    expect((await found(await sealed(bundle, auditSigner('audit-9')))).kinds).toEqual(['KEY_NOT_TRUSTED']);
  });

  it('A key proves nothing after its end of use', async () => {
    const { jwk } = sample.trust.auditKeys[0]!;
    const retired = { jwk, validFrom: '2020-01-01T00:00:00.000Z', validUntil: '2021-01-01T00:00:00.000Z' };
    const { findings } = await verifyEvidence(bundle, { ...sample.trust, auditKeys: [retired] });
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['KEY_NOT_TRUSTED']));
  });

  it('An old checkpoint is valid by the old key after a key change', async () => {
    const next = auditSigner('audit-2');
    const both = {
      ...sample.trust,
      auditKeys: [
        ...sample.trust.auditKeys,
        { jwk: publicPart(next), validFrom: '2026-11-23T00:00:00.000Z' },
      ],
    };
    const renewed = await sealed({ ...bundle, checkpoint: await sample.log.checkpoint(next) }, next);
    expect(await verifyEvidence(renewed, both)).toMatchObject({ valid: true });
  });

  it('A key does not prove another kind of signature', async () => {
    const confused = { ...bundle, signature: bundle.checkpoint! };
    expect((await found(confused)).kinds).toEqual(['FORMAT_INVALID']);
  });

  it('Keys belong to an origin: a checkpoint of another log does not count', async () => {
    const { findings } = await verifyEvidence(bundle, { ...sample.trust, origin: 'another-log' });
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['CHECKPOINT_INVALID']));
  });
});

describe('a trust file', () => {
  it('An unusable trust file is reported apart from invalid evidence', () => {
    expect(() => readTrust({ format: 'reseal-trust/1' })).toThrow('the file is not a trust file');
    expect(readTrust(JSON.parse(JSON.stringify(sample.trust)))).toEqual(sample.trust);
  });
});

describe('who confirmed and who approved an operation', () => {
  const issuer = { issuer: 'http://issuer.test', audience: 'console', rolesClaim: 'roles' };
  const digest = 'd'.repeat(64);
  const signIn = (by: KeyObject, claims: Record<string, unknown>, sub = 'april') =>
    new SignJWT({ roles: ['approver'], nonce: `approve.${digest}`, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'staff-1' })
      .setIssuer(issuer.issuer)
      .setAudience(issuer.audience)
      .setSubject(sub)
      .setIssuedAt(1_000_000)
      .setExpirationTime(1_000_300)
      .sign(by);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kty: 'OKP', kid: 'staff-1' };

  /** The results for a bundle in which april approved with this proof. */
  async function approvedBy(
    proof: string | undefined,
    { requestedBy = 'staff:olivia', stamped = true, keys = [{ ...issuer, jwk }] } = {},
  ) {
    const log = new SampleLog([
      ...sample.log.entries,
      {
        ...sample.log.entries[0]!,
        ...{ stream: 'authority', sequence: 7, actor: 'staff:april', action: 'approve' },
        details: { reissueId, digest, requestedBy, ...(proof === undefined ? {} : { proof }) },
        ...(stamped ? { recordedBy: 'reseal_ops', recordedAt: bundle.madeAt } : {}),
      },
    ]);
    const checkpoint = await log.checkpoint(sample.key);
    const entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    const changed = await sealed({ ...bundle, entries, checkpoint, consistency: [] }, sample.key);
    const { findings, unproven } = await verifyEvidence(changed, { ...sample.trust, staffKeys: keys });
    return [...findings.map(({ kind }) => kind), ...unproven.map(({ what }) => what)];
  }

  it('Confirmation and approval are proved by tokens that the issuer signed for the person and the plan, also years later', async () => {
    expect(await approvedBy(await signIn(privateKey, {}))).toEqual([]);
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['by no proof', () => Promise.resolve(undefined)],
    ['by a proof of another key', () => signIn(generateKeyPairSync('ed25519').privateKey, {})],
    ['by a proof of another plan', () => signIn(privateKey, { nonce: `approve.${'e'.repeat(64)}` })],
    ['by a proof of another act', () => signIn(privateKey, { nonce: `confirm.${digest}` })],
    ['by a proof of another person', () => signIn(privateKey, {}, 'olivia')],
    ['by a proof of a person without the role', () => signIn(privateKey, { roles: ['operator'] })],
    ['by what is no token', () => Promise.resolve('approved')],
  ])('is not proved %s', async (_, proof) => {
    expect(await approvedBy(await proof())).toEqual(['APPROVAL_INVALID']);
  });

  it('Confirmation and approval by one person are found', async () => {
    const proof = await signIn(privateKey, {});
    expect(await approvedBy(proof, { requestedBy: 'staff:april' })).toEqual(['APPROVAL_INVALID']);
  });

  it('Confirmation and approval are unproven without keys in the trust file, or for an entry from before proofs', async () => {
    expect(await approvedBy(await signIn(privateKey, {}), { keys: [] })).toEqual(['APPROVAL']);
    expect(await approvedBy(undefined, { stamped: false })).toEqual(['APPROVAL']);
  });

  /** The results for a bundle in which an operation did this, after these acts in the log. */
  async function doneAfter(
    acts: readonly { act: 'confirm' | 'approve'; actor: string }[],
    what = { action: 'certificate.release', outcome: 'DONE' },
  ) {
    const stamp = { recordedBy: 'reseal_ops', recordedAt: bundle.madeAt };
    const people = { requestedBy: 'staff:olivia', approvedBy: 'staff:april' };
    const before = await Promise.all(
      acts.map(async ({ act, actor }, index): Promise<LoggedEntry> => {
        const nonce = `${act}.${digest}`;
        const roles = [act === 'confirm' ? 'operator' : 'approver'];
        const proof = await signIn(privateKey, { nonce, roles }, actor.slice('staff:'.length));
        return {
          ...sample.log.entries[0]!,
          ...{ stream: 'authority', sequence: 7 + index, actor, action: act, ...stamp },
          details: { reissueId, operationId: 'op_1', digest, proof, ...people },
        };
      }),
    );
    const done: LoggedEntry = {
      ...sample.log.entries[0]!,
      ...{ stream: 'authority', sequence: 20, actor: 'staff:olivia', ...stamp, ...what },
      ...{ recordedBy: 'reseal_worker', details: { reissueId, operationId: 'op_1', ...people } },
    };
    const log = new SampleLog([...sample.log.entries, ...before, done]);
    const checkpoint = await log.checkpoint(sample.key);
    const entries = [...entriesIn(log), ...entriesIn(log, 'authority')];
    const changed = await sealed({ ...bundle, entries, checkpoint, consistency: [] }, sample.key);
    const trusted = { ...sample.trust, staffKeys: [{ ...issuer, jwk }] };
    const { findings } = await verifyEvidence(changed, trusted);
    return findings.filter(({ kind }) => kind === 'APPROVAL_INVALID').map(({ message }) => message);
  }

  it('The evidence of an operation’s effect includes confirmation and approval', async () => {
    const confirmed = { act: 'confirm', actor: 'staff:olivia' } as const;
    const approved = { act: 'approve', actor: 'staff:april' } as const;
    expect(await doneAfter([confirmed, approved])).toEqual([]);
    expect(await doneAfter([confirmed])).toEqual([
      'the required entry "approve" for certificate.release is missing',
    ]);
    expect(await doneAfter([confirmed, { ...approved, actor: 'staff:anna' }])).toHaveLength(1);
    expect(await doneAfter([])).toHaveLength(2);
    const retried = { action: 'retry', outcome: 'RESUMED' };
    expect(await doneAfter([], retried)).toEqual(['the required entry "confirm" for retry is missing']);
    expect(await doneAfter([confirmed], retried)).toEqual([]);
    expect(await doneAfter([], { ...retried, outcome: 'REFUSED' })).toEqual([]);
  });
});
