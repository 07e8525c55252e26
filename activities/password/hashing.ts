import { hash, verify, type Algorithm, type Options } from '@node-rs/argon2';

/** Argon2id cost (RFC 9106). The parameters live in each hash, so that they can be raised at any time. */
export interface HashingCost {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** `Algorithm.Argon2id`, a const enum that isolated modules cannot read. */
const argon2id = 2 as Algorithm.Argon2id;

/** OWASP's first recommendation for Argon2id. */
export const defaultHashingCost: HashingCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Argon2id in a bounded pool: however many passwords arrive, only `slots` are hashed at once, and the rest of
 * the worker goes on.
 */
export class PasswordHashing {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly slots: number,
    private readonly cost: HashingCost = defaultHashingCost,
  ) {}

  /** Whether `password` belongs to the PHC string `verifier`. */
  verify(verifier: string, password: string): Promise<boolean> {
    return this.inSlot(() => verify(verifier, password));
  }

  /** A PHC string for a new password. */
  hash(password: string): Promise<string> {
    const options: Options = { algorithm: argon2id, ...this.cost };
    return this.inSlot(() => hash(password, options));
  }

  private async inSlot<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.slots) this.running += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve)); // takes over the slot of who wakes it
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
