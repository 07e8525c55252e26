import { checkProof, claimsOfProof, InvalidProof, type ProofClaim } from '#libs/audit-proofs';
import { staffRoles, type StaffRole } from '#libs/domain';
import { discoverKeys } from '#libs/approvals';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Staff } from './staff.js';

interface StaffTokenOptions {
  /** The issuer exactly as its tokens name it. */
  readonly issuer: string;
  readonly audience: string;
  /** The console's name at the issuer: for whom ID tokens are made. */
  readonly clientId: string;
  /** The only signature algorithms taken (RFC 8725 section 3.1). */
  readonly algorithms: readonly string[];
  /** The claim that lists a person's roles. */
  readonly rolesClaim: string;
  readonly clockToleranceSeconds: number;
}

/** Why a token does not open anything, for the log and never for the caller. */
export class StaffTokenRefused extends Error {
  override readonly name = 'StaffTokenRefused';
}

/** The issuer cannot be asked for its keys now: the same call may succeed later. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

const discoveryTimeoutMs = 5_000;
/** Made-up key ids must not make us ask the issuer with every call. */
const keysCooldownMs = 5_000;

/**
 * Reads access tokens of staff (RFC 9068): signature by a key of the issuer, who made it, for whom, and when. Keys are
 * found by OpenID Connect Discovery at the first token, kept, and fetched anew when a token names one that is not known.
 */
export class StaffTokens {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(
    private readonly options: StaffTokenOptions,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /**
   * @throws {StaffTokenRefused} whatever is wrong with it
   * @throws {IssuerUnavailable} while the issuer's keys cannot be had
   */
  async authenticate(token: string): Promise<Staff> {
    const payload = await this.verify(token, this.options.audience, ['sub', 'iat', 'exp']);
    // Proofs of operations are kept: an ID token opens nothing, whatever audience it names.
    if (payload['nonce'] !== undefined) throw new StaffTokenRefused('an ID token is no access token');
    return this.staffOf(payload);
  }

  /**
   * Verifies the ID token by which a person proves that they confirm or approve a plan, while it is valid.
   *
   * @throws {InvalidProof} whatever is wrong with it
   * @throws {IssuerUnavailable} while the issuer's keys cannot be had
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
      throw new StaffTokenRefused('the subject is no name for an audit');
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

  /** Kept once found; after a failure the next token asks again. */
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

/** Errors by which jose tells that it could not get the keys, and not that the token is wrong. */
const meansUnavailable = (error: InstanceType<typeof errors.JOSEError>) =>
  error instanceof errors.JWKSTimeout ||
  error.code === 'ERR_JOSE_GENERIC' ||
  error.code === 'ERR_JWKS_INVALID';
