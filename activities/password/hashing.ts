import { ApplicationFailure } from '@temporalio/common';
import { hash, verify, type Algorithm, type Options } from '@node-rs/argon2';

/** Argon2id cost (RFC 9106). The parameters live in each hash, so that they can be raised at any time. */
export interface HashingCost {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

export interface HashingLimits {
  /**
   * How many are hashed at once. Each takes a thread of libuv's pool (four, unless UV_THREADPOOL_SIZE says otherwise),
   * which files, DNS and other cryptography need too: leave some.
   */
  readonly slots: number;
  /** How many steps more than that are let in to wait for a slot; who comes then comes again later. */
  readonly waiting?: number;
}

/** `Algorithm.Argon2id`, a const enum that isolated modules cannot read. */
const argon2id = 2 as Algorithm.Argon2id;

/** OWASP's first recommendation for Argon2id. */
export const defaultHashingCost: HashingCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Few, because each keeps one of the forty places that Temporal's worker has for workflows while it waits, whatever
 * step they come with: with two slots sixteen passwords are let in at most, and the others' steps find room beside them.
 * More places in the worker were measured to be worse: so many steps then run at once that they time out.
 */
const defaultWaitingPerSlot = 7;

/** When who was turned away comes again: so far apart that a crowd is spread over the time it takes to serve it. */
const retryDelayMs = () => 1_000 + Math.random() * 4_000;

/**
 * So many passwords wait that one more would only be in the way: a step that holds its place in Temporal's worker while
 * it waits keeps the steps of others from running. Until its retry a timer runs, which holds none.
 */
export class HashingBusy extends ApplicationFailure {
  constructor() {
    super('too many passwords wait to be hashed', 'HashingBusy', false, [], undefined, retryDelayMs());
  }
}

/**
 * Argon2id in a bounded pool: however many passwords arrive, only `slots` are hashed at once, few wait, and the rest of
 * the worker goes on.
 */
export class PasswordHashing {
  /** Since the process began. */
  readonly totals = { hashed: 0, hashingMs: 0, turnedAway: 0 };
  private readonly queue: (() => void)[] = [];
  private readonly places: number;
  private admitted = 0;
  private inUse = 0;

  constructor(
    private readonly limits: HashingLimits,
    private readonly cost: HashingCost = defaultHashingCost,
  ) {
    this.places = limits.slots + (limits.waiting ?? limits.slots * defaultWaitingPerSlot);
  }

  get running(): number {
    return this.inUse;
  }

  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Lets a step in that hashes, unless the places are taken: from its beginning, so that a crowd does not keep the
   * database busy with steps that would be turned away later.
   * @throws {HashingBusy}
   */
  async admit<T>(step: () => Promise<T>): Promise<T> {
    if (this.admitted >= this.places) {
      this.totals.turnedAway += 1;
      throw new HashingBusy();
    }
    this.admitted += 1;
    try {
      return await step();
    } finally {
      this.admitted -= 1;
    }
  }

  /** Whether `password` belongs to the PHC string `verifier`. */
  verify(verifier: string, password: string): Promise<boolean> {
    return this.inSlot(() => verify(verifier, password));
  }

  /** A PHC string for a password, at today's cost. */
  hash(password: string): Promise<string> {
    const options: Options = { algorithm: argon2id, ...this.cost };
    return this.inSlot(() => hash(password, options));
  }

  /** Whether `verifier` was made at another cost than today's, or in another way. */
  isOutdated(verifier: string): boolean {
    const { memoryCost, timeCost, parallelism } = this.cost;
    return !verifier.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
  }

  private async inSlot<T>(work: () => Promise<T>): Promise<T> {
    if (this.inUse < this.limits.slots) this.inUse += 1;
    else await new Promise<void>((resolve) => this.queue.push(resolve)); // takes over the slot of who wakes it
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.totals.hashed += 1;
      this.totals.hashingMs += performance.now() - from;
      const next = this.queue.shift();
      if (next) next();
      else this.inUse -= 1;
    }
  }
}
