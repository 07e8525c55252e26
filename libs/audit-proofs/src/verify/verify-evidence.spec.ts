import { describe, expect, it } from '@jest/globals';
import { type EvidenceBundle } from '../bundle.js';
import { entriesIn, reissueId, SampleLog, sealed } from '../testing/sample-evidence.js';
import { verifyEvidence } from './verify-evidence.js';
import { bundle, forged, found, own, sample } from '../testing/verification.js';

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
