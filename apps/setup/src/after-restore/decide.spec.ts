import { describe, expect, it } from '@jest/globals';
import type { State } from '#libs/domain';
import type { PublishedEvent } from '#libs/events';
import type { CertificateJournalEntry } from '#libs/signer-journal';
import { decideRecovery } from './decide.js';
import type { ReissueFacts } from './facts.js';

const at = new Date('2026-11-29T03:00:00.000Z');
const row = (state: State) => ({ state }) as ReissueFacts['row'];
const live = (serial: string) => ({ serial }) as ReissueFacts['live'];
const signed = (...serials: string[]) => serials.map((serial) => ({ serial }) as CertificateJournalEntry);
const event = (type: string, data: Record<string, unknown>) =>
  ({ type, data, occurredAt: at }) as unknown as PublishedEvent;
const ended = (state: State, code?: string) => event('ended', { state, ...(code ? { code } : {}) });
const issued = (serial: string) => event('reseal.certificate.issued.v1', { serial });
const workflow = (status: 'RUNNING' | 'COMPLETED', result?: State) =>
  ({ status, result, closedAt: at }) as ReissueFacts['workflow'];

const decideOn = (facts: Partial<ReissueFacts>) => {
  const none = { row: undefined, live: undefined, workflow: undefined, events: [], signed: [] };
  const { revoke, ...decision } = decideRecovery({ reissueId: 'ri', ...none, ...facts });
  return { ...decision, revoke: revoke.map(({ serial }) => serial) };
};

describe('a reissue that was registered', () => {
  it.each([
    ['without a row', undefined],
    ['with an open row', row('KEY_REQUIRED')],
  ])(
    'A registered reissue %s is registered again with its certificate, and others are revoked',
    (_name, its) => {
      const facts = { row: its, events: [issued('b'), ended('REGISTERED')], signed: signed('a', 'b') };
      expect(decideOn(facts)).toMatchObject({
        act: 'REGISTER',
        serial: 'b',
        fromJournal: { serial: 'b' },
        revoke: ['a'],
      });
    },
  );

  it('A registered reissue is recognised by its workflow if its events were not published', () => {
    const facts = { workflow: workflow('COMPLETED', 'REGISTERED'), signed: signed('a') };
    expect(decideOn(facts)).toMatchObject({ act: 'REGISTER', serial: 'a', at });
  });

  it('A registered reissue keeps the certificate that the backup has', () => {
    const facts = { row: row('ISSUED'), live: live('a'), events: [issued('a'), ended('REGISTERED')] };
    expect(decideOn(facts)).toMatchObject({ act: 'REGISTER', serial: 'a', fromJournal: undefined });
  });

  it('A registered reissue keeps a second certificate from before the restore was detected, and the first is revoked', () => {
    const events = [issued('a'), ended('REGISTERED')];
    const facts = { row: row('ISSUED'), live: live('b'), events, signed: signed('a') };
    expect(decideOn(facts)).toEqual({ act: 'GO_ON', revoke: ['a'] });
  });

  it('A registered reissue is abandoned if no store has its certificate', () => {
    const facts = { row: row('KEY_REQUIRED'), events: [issued('a'), ended('REGISTERED')] };
    expect(decideOn(facts)).toMatchObject({ act: 'END', state: 'ABANDONED', byRestore: true, lost: ['a'] });
  });
});

describe('a reissue that ended otherwise', () => {
  it('A reissue that ended otherwise ends the same way, and its signed certificates are revoked', () => {
    const facts = { row: row('KEY_REQUIRED'), events: [ended('CANCELLED', 'DEADLINE')], signed: signed('a') };
    expect(decideOn(facts)).toEqual({
      act: 'END',
      state: 'CANCELLED',
      code: 'DEADLINE',
      at,
      byRestore: false,
      lost: [],
      revoke: ['a'],
    });
  });
});

describe('a reissue that is open', () => {
  it('An open reissue with a signed certificate waits for its registration', () => {
    const facts = { row: row('ISSUING'), workflow: workflow('RUNNING'), signed: signed('a') };
    expect(decideOn(facts)).toMatchObject({ act: 'ISSUE', fromJournal: { serial: 'a' }, revoke: [] });
  });

  it('An open reissue with a signed certificate and no row is withdrawn', () => {
    expect(decideOn({ workflow: workflow('RUNNING'), signed: signed('a') })).toMatchObject({
      act: 'END',
      state: 'WITHDRAWN',
      byRestore: true,
      revoke: ['a'],
    });
  });

  it('An open reissue is abandoned if no journal has its issued certificate', () => {
    const facts = { row: row('ISSUING'), events: [issued('a')] };
    expect(decideOn(facts)).toMatchObject({ act: 'END', state: 'ABANDONED', lost: ['a'] });
  });

  it('An open reissue without a signed certificate continues from its row', () => {
    expect(decideOn({ row: row('KEY_REQUIRED'), workflow: workflow('RUNNING') })).toEqual({
      act: 'GO_ON',
      revoke: [],
    });
  });

  it('An open reissue without a signed certificate and without a row starts again', () => {
    expect(decideOn({ workflow: workflow('RUNNING') })).toEqual({ act: 'START_AGAIN', revoke: [] });
  });
});

it('A reissue that has ended in the backup stays as it is', () => {
  const facts = { row: row('TIMED_OUT'), events: [ended('REGISTERED')], signed: signed('a') };
  expect(decideOn(facts)).toEqual({ act: 'GO_ON', revoke: ['a'] });
});
