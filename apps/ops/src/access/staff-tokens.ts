import { checkProof, claimsOfProof, InvalidProof, type ProofClaim } from '#libs/audit-proofs';
import { staffRoles, type StaffRole } from '#libs/domain';
import { discoverKeys } from '#libs/approvals';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Staff } from './staff.js';

interface StaffTokenOptions {
  /** The issuer, exactly as in the claim `iss`. */
  readonly issuer: string;
  readonly audience: string;
  /** Client id of the console: the audience of ID tokens. */
  readonly clientId: string;
  /** The only signature algorithms accepted (RFC 8725 section 3.1). */
  readonly algorithms: readonly string[];
  /** Name of the claim that lists a person's roles. */
  readonly rolesClaim: string;
  readonly clockToleranceSeconds: number;
}

/** A token was refused. The message is for the log, never for the caller. */
export class StaffTokenRefused extends Error {
  override readonly name = 'StaffTokenRefused';
}

/** The issuer's keys cannot be fetched now. The same call may succeed later. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

const discoveryTimeoutMs = 5_000;
/** Minimum time between two fetches of the keys: invented key ids must not cause a fetch with every call. */
const keysCooldownMs = 5_000;

/**
 * Verifies tokens of staff: access tokens (RFC 9068), and ID tokens as proof of an act. Keys are found by OpenID Connect
 * Discovery at the first token, cached, and fetched again when a token names an unknown key.
 */
export class StaffTokens {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(
    private readonly options: StaffTokenOptions,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /**
   * The person whom an access token names.
   *
   * @throws {StaffTokenRefused} if the token is not valid
   * @throws {IssuerUnavailable} while the issuer's keys cannot be fetched
   */
  async authenticate(token: string): Promise<Staff> {
    const payload = await this.verify(token, this.options.audience, ['sub', 'iat', 'exp']);
    // Proofs of operations are stored, so an ID token must never serve as an access token.
    if (payload['nonce'] !== undefined) throw new StaffTokenRefused('an ID token is not an access token');
    return this.staffOf(payload);
  }

  /**
   * Verifies an ID token as proof that a person confirms or approves a plan. The token must be valid now.
   *
   * @throws {InvalidProof} if the token is not valid or proves something else
   * @throws {IssuerUnavailable} while the issuer's keys cannot be fetched
   */
  async verifyProof(token: string, claim: ProofClaim): Promise<void> {
    const payload = await this.verify(token, this.options.clientId, claimsOfProof).catch((error: unknown) => {
      throw error instanceof StaffTokenRefused ? new InvalidProof(error.message, { cause: error }) : error;
    });
    checkProof(payload, claim, this.options.rolesClaim);
  }

  private async verify(token: string, audience: string, requiredClaims: string[]): Promise<JWTPayload> {
    const { issuer, algorithms, clockToleranceSeconds } = this.options;
    const keys = await this.issuerKeys();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceSeconds,
        currentDate: this.clock(),
        requiredClaims,
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || meansUnavailable(error))
        throw new IssuerUnavailable('the keys of the issuer cannot be fetched', { cause: error });
      throw new StaffTokenRefused(error.message, { cause: error });
    }
  }

  private staffOf(payload: JWTPayload): Staff {
    const { sub, iat, exp = 0, name } = payload;
    if (!sub || !/^[\x21-\x7e]{1,128}$/.test(sub))
      throw new StaffTokenRefused('the subject cannot name an actor in the audit trail');
    const latest = this.clock().getTime() / 1_000 + this.options.clockToleranceSeconds;
    if (iat === undefined || iat > latest) throw new StaffTokenRefused('issued in the future');
    const claimed = payload[this.options.rolesClaim];
    const named: readonly unknown[] = Array.isArray(claimed) ? claimed : [];
    return {
      subject: sub,
      name: typeof name === 'string' && name !== '' ? name : sub,
      roles: staffRoles.filter((role): role is StaffRole => named.includes(role)),
      actor: `staff:${sub}`,
      expiresAt: new Date((exp + this.options.clockToleranceSeconds) * 1_000),
    };
  }

  /** The issuer's keys, discovered once. After a failure the next token tries again. */
  private issuerKeys(): Promise<JWTVerifyGetKey> {
    this.keys ??= this.discover().catch((error: unknown) => {
      this.keys = undefined;
      throw new IssuerUnavailable('the issuer cannot be reached', { cause: error });
    });
    return this.keys;
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    return createRemoteJWKSet(await discoverKeys(this.options.issuer, discoveryTimeoutMs), {
      timeoutDuration: discoveryTimeoutMs,
      cooldownDuration: keysCooldownMs,
    });
  }
}

/** Whether jose could not fetch the keys, so that the token was not judged. */
const meansUnavailable = (error: InstanceType<typeof errors.JOSEError>) =>
  error instanceof errors.JWKSTimeout ||
  error.code === 'ERR_JOSE_GENERIC' ||
  error.code === 'ERR_JWKS_INVALID';
