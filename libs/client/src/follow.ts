import type { Reissue } from './generated/types.gen.js';
import { pause } from './pause.js';
import { problemOf, ReissueProblem } from './problems.js';
import { readEvents } from './server-sent-events.js';

export interface FollowOptions {
  /** Ends the following. */
  readonly signal?: AbortSignal;
  /** How long to wait between looks while there is no stream, in milliseconds (3,000). */
  readonly pollMs?: number;
  /** After which a stream that says nothing counts as cut off, in milliseconds (40,000: it says something each 15). */
  readonly silenceMs?: number;
}

/** What following needs: a stream of events after one of them, and the reissue as it is now. */
export interface FollowSource {
  events(lastEventId: string | undefined, signal: AbortSignal): Promise<Response>;
  show(signal: AbortSignal): Promise<Reissue>;
}

/**
 * The reissue as it is now, and then whenever it has changed, until it has ended: by its events, resumed after the last
 * one where the stream breaks, and by looking again and again where there is no stream to be had.
 *
 * @throws ReissueProblem if the reissue cannot be followed at all: no such reissue, or a token that does not open it
 */
export async function* follow(
  source: FollowSource,
  { signal, pollMs = 3_000, silenceMs = 40_000 }: FollowOptions = {},
): AsyncGenerator<Reissue> {
  const stop = new AbortController();
  const until = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let lastEventId: string | undefined;
  let told = '';
  const look = async () => {
    const reissue = await source.show(until);
    const text = JSON.stringify(reissue);
    const news = text === told ? undefined : reissue;
    told = text;
    return { news, ended: reissue.next.action === 'NONE' };
  };
  try {
    while (!until.aborted) {
      // Opened before the look, so that nothing falls between the two.
      const stream = await openStream(source, lastEventId, until, silenceMs);
      const { news, ended } = await look();
      if (news) yield news;
      if (ended) return;
      if (stream) {
        try {
          for await (const { id } of stream) {
            lastEventId = id;
            const { news, ended } = await look();
            if (news) yield news;
            if (ended) return;
          }
        } catch (error) {
          if (error instanceof ReissueProblem) throw error;
          // Cut off, or silent: connect again.
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

/** @returns undefined where there is no stream now @throws ReissueProblem where there never will be one */
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
