import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bundleSchema, type EvidenceBundle } from '../bundle.js';
import { digestOfText } from '../entry.js';
import {
  auditSigner,
  certificates,
  entriesIn,
  publicPart,
  reissueId,
  SampleLog,
  sealed,
} from '../testing/sample-evidence.js';
import { readTrust } from '../parsing/files.js';
import { verifyEvidence } from './verify-evidence.js';
import { bundle, forged, found, later, own, sample } from '../testing/verification.js';

describe('evidence that was forged with the key of the audit', () => {
  it.each<[string, (copy: EvidenceBundle) => void, string[], number[]]>([
    ['an entry edited', (copy) => (own(copy, 2).entry!.actor = 'operator:mallory'), ['ENTRY_ALTERED'], [2]],
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
