import type { ConsoleConfig } from '../api/types.js';
import { paths } from '../paths.js';
import { prepareSignIn, redeem, SignInRefused, type Tokens } from './oidc.js';

const answerType = 'reseal.sign-in-answer';
const answerWithinMs = 8_000;

/** In the hidden frame, posts the issuer's answer to the page around it. @returns whether this is such a frame */
export function answerFromFrame(): boolean {
  if (window.parent === window || location.pathname !== paths.callback) return false;
  window.parent.postMessage({ type: answerType, query: location.search }, location.origin);
  return true;
}

/**
 * Signs in through a hidden frame, without asking the person, while their session at the issuer lasts.
 *
 * @param nonce the nonce of the ID token
 * @throws {SignInRefused} `login_required` if the session has ended; `timeout` if the frame does not answer
 */
export async function signInSilently(config: ConsoleConfig, nonce?: string): Promise<Tokens> {
  const { address, pending } = await prepareSignIn(config, { returnTo: '/', silent: true, nonce });
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'sign-in';
  const answer = new Promise<URLSearchParams>((resolve, reject) => {
    const timer = setTimeout(() => done(() => reject(new SignInRefused('timeout'))), answerWithinMs);
    const listen = ({ source, origin, data }: MessageEvent<{ type?: string; query?: string } | null>) => {
      if (source !== frame.contentWindow || origin !== location.origin || data?.type !== answerType) return;
      done(() => resolve(new URLSearchParams(data.query)));
    };
    const done = (then: () => void) => {
      clearTimeout(timer);
      window.removeEventListener('message', listen);
      frame.remove();
      then();
    };
    window.addEventListener('message', listen);
  });
  frame.src = address;
  document.body.append(frame);
  return redeem(config, await answer, pending);
}
