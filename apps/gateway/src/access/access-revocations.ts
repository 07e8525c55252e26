import type { CallState } from '#libs/db/reissues';
import { tokenLifetimeSeconds } from './access-tokens.js';

interface AccessRevocationsDependencies {
  readonly revoke: (reissueId: string, revokedAt: Date, expiresAt: Date) => Promise<void>;
  /** How long a reissue can be read after its end, in milliseconds. */
  readonly afterEndMs: number;
  readonly clock: () => Date;
}

/**
 * Ends access to a reissue before its token expires: when the customer signs out, and some time after the end of the
 * reissue. A repeated start issues the same token again, so the revocation names the reissue and not a token.
 */
export class AccessRevocations {
  constructor(private readonly dependencies: AccessRevocationsDependencies) {}

  /** Whether all tokens of the reissue are invalid. */
  isRevoked({ revoked, reissue }: Pick<CallState, 'revoked' | 'reissue'>): boolean {
    const { afterEndMs, clock } = this.dependencies;
    const endedAt = reissue?.ended_at;
    return revoked || (endedAt != null && endedAt.getTime() + afterEndMs < clock().getTime());
  }

  /** Revokes the tokens of the reissue at every gateway. */
  async revoke(reissueId: string): Promise<void> {
    const now = this.dependencies.clock();
    await this.dependencies.revoke(reissueId, now, new Date(now.getTime() + tokenLifetimeSeconds * 1000));
  }
}
