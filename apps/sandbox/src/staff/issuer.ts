import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import Provider, { interactionPolicy, type Context } from 'oidc-provider';
import { sampleStaff, staffNamed, type SampleStaff } from './sample-staff.js';
import { signInPage, signOutPage } from './sign-in-page.js';

const algorithm = 'ES256';
/** The audience of access tokens: the operators' app. */
const audience = 'reseal-ops';
const resource = 'urn:reseal:ops';
/** The client id of the console, which is the audience of ID tokens. */
const consoleClient = 'reseal-console';
const tokenLifetimeSeconds = 15 * 60;
const sessionLifetimeSeconds = 12 * 60 * 60;
const signInPath = '/staff/sign-in/';

export interface IssuerOptions {
  /** The issuer's URL, with the path at which it is mounted. */
  readonly issuer: string;
  /** The console's origin, to which sign-ins return. */
  readonly consoleUrl: string;
}

/**
 * The bank's OpenID Connect issuer for its staff: authorization code with PKCE. The sign-in page has one button per member
 * of the staff and asks for no password. Each start makes new keys.
 */
export class StaffIssuer {
  private constructor(
    private readonly options: IssuerOptions,
    private readonly key: { readonly kid: string; readonly privateKey: CryptoKey },
    private readonly provider: Provider,
  ) {}

  static async create(options: IssuerOptions): Promise<StaffIssuer> {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const kid = randomUUID();
    const jwk: JWK = { ...(await exportJWK(privateKey)), kid, alg: algorithm, use: 'sig' };
    const provider = new Provider(options.issuer, configurationOf(options, jwk));
    return new StaffIssuer(options, { kid, privateKey }, provider);
  }

  /**
   * Answers requests under the issuer's path. It must run before a parser has read the body.
   *
   * @returns false for other paths
   */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    const { pathname: mount } = new URL(this.options.issuer);
    const path = request.url ?? '';
    if (path.startsWith(`${mount}/`)) {
      // The provider builds its URLs from `originalUrl` and `url`, as frameworks set them for a mounted app.
      Object.assign(request, { originalUrl: path });
      request.url = path.slice(mount.length);
      this.provider.callback()(request, response);
      return true;
    }
    if (!path.startsWith(signInPath)) return false;
    void this.signIn(request, response, path.slice(signInPath.length)).catch(() => {
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('This sign-in is over. Return to the console and sign in again.\n');
    });
    return true;
  }

  /** Creates an access token, as a sign-in does, for programs. */
  async tokenFor(staff: SampleStaff): Promise<{ accessToken: string; expiresIn: number }> {
    const accessToken = await new SignJWT({ ...claimsOf(staff), client_id: 'reseal-sandbox' })
      .setProtectedHeader({ alg: algorithm, kid: this.key.kid, typ: 'at+jwt' })
      .setIssuer(this.options.issuer)
      .setSubject(staff.name)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${tokenLifetimeSeconds}s`)
      .setJti(randomUUID())
      .sign(this.key.privateKey);
    return { accessToken, expiresIn: tokenLifetimeSeconds };
  }

  /**
   * Creates an ID token, as a sign-in of the console with this nonce does, for programs. It proves that a person confirmed
   * or approved an operation.
   */
  async proofFor(staff: SampleStaff, nonce: string): Promise<{ idToken: string }> {
    const idToken = await new SignJWT({ roles: staff.roles, nonce })
      .setProtectedHeader({ alg: algorithm, kid: this.key.kid, typ: 'JWT' })
      .setIssuer(this.options.issuer)
      .setSubject(staff.name)
      .setAudience(consoleClient)
      .setIssuedAt()
      .setExpirationTime(`${tokenLifetimeSeconds}s`)
      .sign(this.key.privateKey);
    return { idToken };
  }

  /** `<interaction>` shows the staff; a POST to `<interaction>/<name>` signs that person in. */
  private async signIn(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const [uid = '', name] = path.split(/[/?]/);
    if (request.method === 'POST' && name !== undefined) {
      const staff = staffNamed(name);
      if (!staff) throw new Error('there is no member of staff with this name');
      const result = { login: { accountId: staff.name, amr: ['sandbox'] } };
      return this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    }
    await this.provider.interactionDetails(request, response);
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    });
    response.end(signInPage(`${signInPath}${uid}`, sampleStaff));
  }
}

const claimsOf = ({ displayName, roles }: SampleStaff) => ({ name: displayName, roles });

/**
 * Decides when the user is prompted. Clients are native here only because of their loopback addresses. Native clients would
 * be asked for consent each time (RFC 8252 section 8.6), and a reloaded console could not find its session.
 */
function interactions(): interactionPolicy.Policy {
  const policy = interactionPolicy.base();
  policy.get('consent').checks.remove('native_client_prompt');
  return policy;
}

function configurationOf({ consoleUrl }: IssuerOptions, key: JWK): object {
  return {
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clients: [
      {
        client_id: consoleClient,
        token_endpoint_auth_method: 'none',
        // Only native clients may use loopback addresses (RFC 8252 section 7.3).
        application_type: 'native',
        redirect_uris: [new URL('/callback', consoleUrl).href],
        post_logout_redirect_uris: [new URL('/', consoleUrl).href, new URL('/signed-out', consoleUrl).href],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: algorithm,
      },
    ],
    scopes: ['openid', 'profile'],
    claims: { openid: ['sub', 'roles'], profile: ['name'] },
    // ID tokens name the roles: they prove that an operator confirmed, and an approver approved.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    // The console requests tokens from another origin.
    clientBasedCORS: () => true,
    interactions: {
      policy: interactions(),
      url: (_: Context, { uid }: { uid: string }) => `${signInPath}${uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        // The provider's own page would load fonts from another site.
        logoutSource: (context: { body: string }, form: string) => {
          context.body = signOutPage(form);
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'openid profile',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenLifetimeSeconds,
          jwt: { sign: { alg: algorithm } },
        }),
      },
    },
    extraTokenClaims: (_: Context, { accountId }: { accountId?: string }) => {
      const staff = staffNamed(accountId ?? '');
      return staff && claimsOf(staff);
    },
    findAccount: (_: Context, name: string) => {
      const staff = staffNamed(name);
      return staff && { accountId: name, claims: () => ({ sub: name, ...claimsOf(staff) }) };
    },
    // The bank's own clients need no consent of the user.
    loadExistingGrant: async ({ oidc: { provider, client, session } }: Context) => {
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile');
      grant.addResourceScope(resource, 'openid profile');
      await grant.save();
      return grant;
    },
    ttl: {
      AccessToken: tokenLifetimeSeconds,
      AuthorizationCode: 60,
      IdToken: tokenLifetimeSeconds,
      Interaction: 10 * 60,
      Session: sessionLifetimeSeconds,
      Grant: sessionLifetimeSeconds,
    },
  };
}
