import { randomInt } from 'node:crypto';
import type { Transfer } from '#libs/contracts';
import type { TransferRow } from '#libs/db/transfers';
import type { CallLimits } from '../access/call-limits.js';
import type { Caller } from '../access/caller.js';
import type { RequestIds } from '../calls/request-ids.js';
import { problem, unavailable } from '../problems.js';
import type { TransferStore } from './transfer-store.js';

interface TransfersDependencies {
  readonly store: TransferStore;
  readonly ids: Pick<RequestIds, 'transferId'>;
  readonly limits: Pick<CallLimits, 'admit'>;
  /** How long a transfer may take, in milliseconds. */
  readonly lifetimeMs: number;
  readonly clock: () => Date;
}

const boxes = 10_000;
/** With most boxes in use, the next transfers have to wait. */
const triesForBox = 8;

/**
 * Passes a certificate from one device of its holder to another. The devices agree on a key by CPace; this side sees their
 * public shares and encrypted content only. A repeated call gets the same answer.
 */
export class Transfers {
  constructor(private readonly dependencies: TransfersDependencies) {}

  /** @throws ProblemError */
  async open(caller: Caller, share: string): Promise<Transfer> {
    const { store, ids, limits, lifetimeMs, clock } = this.dependencies;
    const id = ids.transferId(caller.apiKeyName, caller.idempotencyKey);
    const before = await store.find(id, clock());
    if (before) return shown(id, before);
    await limits.admit('transfer', caller);
    for (let tries = 0; tries < triesForBox; tries += 1) {
      const now = clock();
      const transfer = {
        box: String(randomInt(boxes)).padStart(4, '0'),
        sender_id: id,
        sender_share: shareOf(share),
        expires_at: new Date(now.getTime() + lifetimeMs),
      };
      await store.open(transfer, now);
      const opened = await store.find(id, now);
      if (opened) return shown(id, opened);
    }
    throw unavailable();
  }

  /** @throws ProblemError */
  async join(caller: Caller, box: string, share: string): Promise<Transfer> {
    const { store, ids, limits, clock } = this.dependencies;
    const id = ids.transferId(caller.apiKeyName, caller.idempotencyKey);
    const before = await store.find(id, clock());
    if (before) return shown(id, before);
    await limits.admit('transfer', caller);
    const receiver = { box, receiver_id: id, receiver_share: shareOf(share) };
    return shownOrOver(id, await store.join(receiver, clock()));
  }

  /** @throws ProblemError */
  async show(id: string): Promise<Transfer> {
    const { store, clock } = this.dependencies;
    return shownOrOver(id, await store.find(id, clock()));
  }

  /** @throws ProblemError */
  async send(caller: Caller, id: string, content: string): Promise<Transfer> {
    const { store, limits, clock } = this.dependencies;
    await limits.admit('call', caller);
    return shownOrOver(id, await store.send(id, Buffer.from(content, 'base64url'), clock()));
  }

  /** @throws ProblemError */
  async end(caller: Caller, id: string, outcome: 'RECEIVED' | 'FAILED'): Promise<Transfer> {
    const { store, limits, clock } = this.dependencies;
    await limits.admit('call', caller);
    const ended = (await store.end(id, outcome, clock())) ?? (await store.find(id, clock()));
    return shownOrOver(id, ended);
  }
}

const shareBytes = 32;

function shareOf(text: string): Buffer {
  const share = Buffer.from(text, 'base64url');
  if (share.length === shareBytes) return share;
  const message = { ko: '32바이트여야 합니다', en: 'must have 32 bytes' };
  throw problem('invalid-request', { errors: [{ pointer: '#/share', message }] });
}

function shownOrOver(id: string, row: TransferRow | undefined): Transfer {
  if (!row) throw problem('transfer-over');
  return shown(id, row);
}

/** The transfer for the device that knows this id. */
function shown(id: string, row: TransferRow): Transfer {
  const isSender = row.sender_id === id;
  return {
    transferId: id,
    box: row.box,
    state: row.state,
    share: (isSender ? row.receiver_share : row.sender_share)?.toString('base64url') ?? null,
    content: isSender ? null : (row.content?.toString('base64url') ?? null),
    expiresAt: row.expires_at.toISOString(),
  };
}
