import type { AccessState } from '#libs/db/reissues';
import { tokenLifetimeSeconds } from './access-tokens.js';

interface AccessRevocationsDependencies {
  readonly accessStateOf: (reissueId: string) => Promise<AccessState>;
  readonly revoke: (reissueId: string, revokedAt: Date, expiresAt: Date) => Promise<void>;
  /** For how long after its end a reissue can still be read, in milliseconds. */
  readonly afterEndMs: number;
  readonly clock: () => Date;
}

/**
 * Ends access to a reissue before its token expires: when the customer signs out, and some time after the reissue has
 * ended. A repeated start gives the reissue's token again, so that the reissue is what is kept, and not one token.
 */
export class AccessRevocations {
  constructor(private readonly dependencies: AccessRevocationsDependencies) {}

  /** Whether no token opens the reissue any more. */
  async isRevoked(reissueId: string): Promise<boolean> {
    const { accessStateOf, afterEndMs, clock } = this.dependencies;
    const { revoked, endedAt } = await accessStateOf(reissueId);
    return revoked || (endedAt !== null && endedAt.getTime() + afterEndMs < clock().getTime());
  }

  /** From now on, on every gateway. */
  async revoke(reissueId: string): Promise<void> {
    const now = this.dependencies.clock();
    await this.dependencies.revoke(reissueId, now, new Date(now.getTime() + tokenLifetimeSeconds * 1000));
  }
}
