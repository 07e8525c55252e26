import { Injectable } from '@nestjs/common';
import { HealthRegistry } from '#libs/http';
import type { Staff } from '../access/staff.js';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem } from '../problems.js';
import { ChangeHub, type ChangedKind } from './change-hub.js';

/** How long a client waits before it reconnects, in milliseconds. */
const retryMs = 2_000;
/** Changes within this time are sent as one event, in milliseconds. */
const batchMs = 250;
/** If there are more ids than this, the client loads everything again, which is quicker. */
const maxIds = 500;
/** Enough for the windows that a person has open. */
const maxStreamsPerPerson = 12;
/** Longest duration of a stream, however long the token is valid. */
const maxStreamMs = 12 * 60 * 60_000;

/** Streams of changes (Server-Sent Events). An event has ids only; the client fetches the rest. */
@Injectable()
export class ChangeStreams {
  private readonly open = new Map<string, number>();

  constructor(
    private readonly hub: ChangeHub,
    private readonly health: HealthRegistry,
    private readonly dependencies: OpsDependencies,
  ) {}

  /**
   * Changes from now on, until the client disconnects, the process shuts down, or the token expires. The client then
   * reconnects with a new token.
   *
   * @throws ProblemError 429 if the person has too many streams open
   */
  follow(staff: Staff, disconnected: AbortSignal): AsyncGenerator<string> {
    const count = this.open.get(staff.subject) ?? 0;
    if (count >= maxStreamsPerPerson)
      throw opsProblem('too-many-requests', { headers: { 'retry-after': '5' } });
    const end = firstAbort([disconnected, this.health.closing], this.timeLeft(staff));
    return this.stream(staff.subject, end);
  }

  /** Milliseconds until the token expires. */
  private timeLeft({ expiresAt }: Staff): number {
    const left = expiresAt.getTime() - this.dependencies.clock().getTime();
    return Math.min(Math.max(0, left), maxStreamMs);
  }

  private async *stream(subject: string, end: AbortSignal): AsyncGenerator<string> {
    const batch = new Batch();
    const unsubscribe = this.hub.subscribe((change) => batch.add(change));
    this.open.set(subject, (this.open.get(subject) ?? 0) + 1);
    try {
      yield `retry: ${retryMs}\n\n`;
      while (!end.aborted) {
        await batch.wait(this.dependencies.config.changesHeartbeatMs, end);
        if (end.aborted) return;
        if (batch.isEmpty) yield ': still here\n\n';
        else {
          await waitUntil(batchMs, end);
          yield batch.drain();
        }
      }
    } finally {
      unsubscribe();
      const left = this.open.get(subject)! - 1;
      if (left > 0) this.open.set(subject, left);
      else this.open.delete(subject);
    }
  }
}

/** Changes that were not sent yet. */
class Batch {
  private readonly changed = new Map<ChangedKind, Set<string>>();
  private everything = false;
  private wake: () => void = () => undefined;

  add(change: { readonly of: ChangedKind; readonly id: string } | undefined): void {
    if (change && !this.everything) {
      const ids = this.changed.get(change.of) ?? new Set();
      this.changed.set(change.of, ids.add(change.id));
      if (ids.size > maxIds) this.everything = true;
    } else this.everything = true;
    this.wake();
  }

  get isEmpty(): boolean {
    return !this.everything && this.changed.size === 0;
  }

  /** The changes as one event; the batch is empty afterwards. */
  drain(): string {
    const data = Object.fromEntries([...this.changed].map(([of, ids]) => [of, [...ids]]));
    const event = this.everything
      ? 'event: reload\ndata: {}\n\n'
      : `event: change\ndata: ${JSON.stringify(data)}\n\n`;
    this.changed.clear();
    this.everything = false;
    return event;
  }

  /** Waits until there are changes, at most `ms` milliseconds. */
  async wait(ms: number, end: AbortSignal): Promise<void> {
    if (!this.isEmpty) return;
    await waitUntil(ms, end, (wake) => (this.wake = wake));
    this.wake = () => undefined;
  }
}

/** A signal that aborts when one of the signals does, or after `ms` milliseconds. */
function firstAbort(signals: readonly AbortSignal[], ms: number): AbortSignal {
  const first = new AbortController();
  const abort = () => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', abort);
    first.abort();
  };
  const timer = setTimeout(abort, ms);
  for (const signal of signals) signal.addEventListener('abort', abort);
  if (signals.some(({ aborted }) => aborted)) abort();
  return first.signal;
}

/** Waits `ms` milliseconds, or until `end` aborts, or until the function passed to `onWait` is called. */
function waitUntil(ms: number, end: AbortSignal, onWait?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      end.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    end.addEventListener('abort', done);
    onWait?.(done);
    if (end.aborted) done();
  });
}
