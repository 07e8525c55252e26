import { ApplicationFailure } from '@temporalio/common';
import { hash, verify, type Algorithm, type Options } from '@node-rs/argon2';

/** The cost of Argon2id (RFC 9106). Each hash holds its own, so that the cost can be raised at any time. */
export interface HashingCost {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

export interface HashingLimits {
  /**
   * How many passwords are hashed at once. Each takes a thread of libuv's pool (four, or UV_THREADPOOL_SIZE). Leave
   * some threads for files, DNS and other cryptography.
   */
  readonly slots: number;
  /** How many further steps may wait for a slot. Any more are turned away, and retry later. */
  readonly waiting?: number;
}

/** `Algorithm.Argon2id`, a const enum that isolated modules cannot read. */
const argon2id = 2 as Algorithm.Argon2id;

/** OWASP's first recommendation for Argon2id. */
export const defaultHashingCost: HashingCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Few, because each waiting step keeps one of the forty workflow slots of Temporal's worker. With two hashing slots at
 * most sixteen passwords are admitted, which leaves room for other steps. More workflow slots were measured to be
 * worse: too many steps then run at once, and time out.
 */
const defaultWaitingPerSlot = 7;

/** The delay before a step that was turned away retries. It is random, to spread a burst over time. */
const retryDelayMs = () => 1_000 + Math.random() * 4_000;

/**
 * Too many passwords wait to be hashed. A waiting step holds a slot of Temporal's worker and keeps other steps from
 * running; the timer until its retry holds none.
 */
export class HashingBusy extends ApplicationFailure {
  constructor() {
    super('too many passwords wait to be hashed', 'HashingBusy', false, [], undefined, retryDelayMs());
  }
}

/**
 * Argon2id in a bounded pool: at most `slots` passwords are hashed at once and few wait, so that the rest of the worker
 * keeps running.
 */
export class PasswordHashing {
  /** Since the process started. */
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
   * Runs a step that hashes, unless the pool is full. It is called before the step reads anything, so that a burst does
   * not load the database with steps that would be turned away later.
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

  /** Whether `password` matches the PHC string `verifier`. */
  verify(verifier: string, password: string): Promise<boolean> {
    return this.inSlot(() => verify(verifier, password));
  }

  /** Hashes a password into a PHC string, at the present cost. */
  hash(password: string): Promise<string> {
    const options: Options = { algorithm: argon2id, ...this.cost };
    return this.inSlot(() => hash(password, options));
  }

  /** Whether `verifier` has another cost or algorithm than new hashes have. */
  isOutdated(verifier: string): boolean {
    const { memoryCost, timeCost, parallelism } = this.cost;
    return !verifier.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
  }

  private async inSlot<T>(work: () => Promise<T>): Promise<T> {
    if (this.inUse < this.limits.slots) this.inUse += 1;
    else await new Promise<void>((resolve) => this.queue.push(resolve)); // takes over the slot of the one that resolves it
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
