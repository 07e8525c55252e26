import type { Reissue } from './generated/types.gen.js';
import { pause } from './pause.js';
import { problemOf, ReissueProblem } from './problems.js';
import { readEvents } from './server-sent-events.js';

export interface FollowOptions {
  /** Ends `follow`. */
  readonly signal?: AbortSignal;
  /** Interval of the queries while there is no stream, in milliseconds (3,000). */
  readonly pollMs?: number;
  /** Silence after which a stream counts as lost, in milliseconds (40,000; the gateway sends a heartbeat every 15,000). */
  readonly silenceMs?: number;
}

/** The source of `follow`: the stream of events after a given one, and the current reissue. */
export interface FollowSource {
  events(lastEventId: string | undefined, signal: AbortSignal): Promise<Response>;
  show(signal: AbortSignal): Promise<Reissue>;
}

/**
 * The current reissue, and the reissue after each change until its end. Uses the event stream, which is resumed after the
 * last event if it breaks, and polls while there is no stream.
 *
 * @throws ReissueProblem if the reissue cannot be followed: it does not exist, or the token is not valid for it
 */
export async function* follow(
  source: FollowSource,
  { signal, pollMs = 3_000, silenceMs = 40_000 }: FollowOptions = {},
): AsyncGenerator<Reissue> {
  const stop = new AbortController();
  const until = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let lastEventId: string | undefined;
  let shown = '';
  const query = async () => {
    const reissue = await source.show(until);
    const text = JSON.stringify(reissue);
    const changed = text === shown ? undefined : reissue;
    shown = text;
    return { changed, ended: reissue.next.action === 'NONE' };
  };
  try {
    while (!until.aborted) {
      // Opened before the query, so that no change is missed in between.
      const stream = await openStream(source, lastEventId, until, silenceMs);
      const { changed, ended } = await query();
      if (changed) yield changed;
      if (ended) return;
      if (stream) {
        try {
          for await (const { id } of stream) {
            lastEventId = id;
            const { changed, ended } = await query();
            if (changed) yield changed;
            if (ended) return;
          }
        } catch (error) {
          if (error instanceof ReissueProblem) throw error;
          // Lost or silent: reconnect.
        }
      }
      await pause(pollMs, until);
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    stop.abort();
  }
}

/** @returns undefined if there is no stream now @throws ReissueProblem if there never will be one */
async function openStream(
  source: FollowSource,
  lastEventId: string | undefined,
  until: AbortSignal,
  silenceMs: number,
) {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), silenceMs);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), silenceMs);
  };
  const over = () => clearTimeout(timer);
  until.addEventListener('abort', over, { once: true });
  let response: Response;
  try {
    response = await source.events(lastEventId, AbortSignal.any([until, silent.signal]));
  } catch {
    over();
    return undefined;
  }
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    over();
    throw await problemOf(response);
  }
  const { body } = response;
  if (!response.ok || !body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    over();
    await body?.cancel();
    return undefined;
  }
  return (async function* () {
    try {
      yield* readEvents(body, heard);
    } finally {
      over();
    }
  })();
}
