import { sql } from 'kysely';
import type { Database } from '../database.js';
import { rateLimitUse, type LimitPrivilege, type RateLimitUse } from '../identity/rate-limits.js';
import type { Row } from '../rows.js';

/** A sealed value of a call, for the step that opens it. */
export interface SealedValueOfCall extends Pick<
  Row<'vault_envelope'>,
  'jti' | 'purpose' | 'challenge_id' | 'key_thumbprint'
> {
  readonly handle: string;
  /** The step that opens it. */
  readonly update_id: string;
  readonly envelope: string;
  /** The subject that the envelope must name; null: the reissue. */
  readonly subject: string | null;
}

/** A call, with all that is stored of it before it is passed on. */
export interface NewCall {
  readonly call: Row<'received_call'>;
  readonly sealed: readonly SealedValueOfCall[];
  /** The limits that the call counts against. */
  readonly limits: readonly RateLimitUse[];
}

/** What became of a call. */
export type ReceivedCall =
  /** A limit is exceeded. Nothing was stored. */
  | { readonly retryAfterMs: number }
  | {
      /** The request that the call stands for: that of its first record. */
      readonly request: string;
      /** Handles of the sealed values that were stored, now or before. The others were received for another call. */
      readonly stored: ReadonlySet<string>;
    };

type ReceivePrivilege =
  | LimitPrivilege
  | 'select received_call'
  | 'insert received_call'
  | 'select vault_envelope'
  | 'insert vault_envelope'
  | 'insert vault_item';

/**
 * Counts a call against its limits and stores it with its sealed values, in one statement. The first record of a call
 * stays, and so does the first envelope of a handle: a repeated call changes nothing. An envelope is stored for one call
 * only. Of a call that was received before with another request nothing is stored.
 */
export async function receiveCall(db: Database<ReceivePrivilege>, call: NewCall): Promise<ReceivedCall> {
  const first = await store(db, call);
  if (first.wait_ms !== null) return { retryAfterMs: first.wait_ms };
  const another = first.request !== null && first.request !== call.call.request_hmac;
  const whole = first.request !== null && first.stored.length === call.sealed.length;
  // The statement does not see what another gateway stored for this call while it ran. A second one does.
  const { request, stored } = another || whole ? first : await store(db, { ...call, limits: [] });
  if (request === null) throw new Error('a call that was received before is missing');
  return { request, stored: new Set(stored) };
}

interface Stored {
  readonly wait_ms: number | null;
  readonly request: string | null;
  readonly stored: readonly string[];
}

async function store(db: Database<ReceivePrivilege>, { call, sealed, limits }: NewCall): Promise<Stored> {
  const { reissue_id, update_id, kind, request_hmac, received_at, trace_id } = call;
  const { rows } = await sql<Stored>`
    with limited as materialized (
      select ${rateLimitUse(limits, received_at)} as wait_ms
    ), received as (
      insert into received_call (reissue_id, update_id, kind, request_hmac, received_at, trace_id)
      select ${reissue_id}::text, ${update_id}::text, ${kind}::text, ${request_hmac}::text,
        ${received_at}::timestamptz, ${trace_id}::text
      from limited where wait_ms is null
      on conflict do nothing
      returning request_hmac
    ), request as (
      select request_hmac from received
      union all
      select request_hmac from received_call, limited
      where reissue_id = ${reissue_id} and update_id = ${update_id} and wait_ms is null
    ), given as (
      select sealed.* from request, jsonb_to_recordset(${JSON.stringify(sealed)}::jsonb) as sealed (
        handle text, update_id text, envelope text, subject text,
        jti text, purpose text, challenge_id text, key_thumbprint text)
      where request.request_hmac = ${request_hmac}
    ), envelopes as (
      insert into vault_envelope (reissue_id, jti, handle, update_id, purpose, challenge_id, key_thumbprint)
      select ${reissue_id}::text, jti, handle, update_id, purpose, challenge_id, key_thumbprint from given
      on conflict do nothing
      returning handle
    ), stored as (
      select handle from envelopes
      union
      select given.handle from given
      join vault_envelope as known on known.jti = given.jti and known.handle = given.handle
      where known.reissue_id = ${reissue_id}
    ), items as (
      insert into vault_item (handle, reissue_id, update_id, envelope, subject, created_at)
      select handle, ${reissue_id}::text, update_id, envelope, subject, ${received_at}::timestamptz
      from given join stored using (handle)
      on conflict do nothing
    )
    select wait_ms, (select request_hmac from request) as request, array(select handle from stored) as stored
    from limited`.execute(db);
  return rows[0]!;
}

/** The request with which this call was first received. */
export async function receivedRequest(
  db: Database<'select received_call'>,
  reissueId: string,
  updateId: string,
): Promise<string | undefined> {
  const received = await db
    .selectFrom('received_call')
    .select('request_hmac')
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .executeTakeFirst();
  return received?.request_hmac;
}
