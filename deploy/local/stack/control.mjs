import http from 'node:http';
import { messageOf } from '../lib/errors.mjs';

/** @import { AddressInfo } from 'node:net' */
/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { Stack } from './stack.mjs' */

const controlActions = /** @type {const} */ (['start', 'stop', 'kill']);

/**
 * Serves an API with which tests stop, kill and start parts of the stack: `GET /components`,
 * `POST /components/<name>/{start|stop|kill}`, and in a cluster `POST /fail-over`, which makes the standby the primary. A
 * component that was stopped or killed stays down until a test starts it.
 * `start` answers when the component is ready; its body may change the environment until the next start:
 * `{"env": {"RESEAL_…": "…"}}`.
 * @param {Stack} stack
 * @returns {Promise<{url: string, close: () => void}>}
 */
export async function serveControl(stack) {
  const server = http.createServer((request, response) => {
    handle(stack, request).then(
      ([status, body]) => answer(response, status, body),
      (error) => answer(response, 500, { error: messageOf(error) }),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/**
 * @param {Stack} stack
 * @param {IncomingMessage} request
 * @returns {Promise<[status: number, body: unknown]>}
 */
async function handle(stack, request) {
  const [, collection, name = '', actionName] = (request.url ?? '').split('/');
  const action = controlActions.find((each) => each === actionName);
  if (collection === 'fail-over' && request.method === 'POST') {
    await stack.failOver();
    return [200, list(stack)];
  }
  if (collection !== 'components') return [404, { error: 'Only /components and /fail-over exist.' }];
  if (request.method === 'GET' && !name) return [200, list(stack)];
  const child = stack.children.get(name);
  if (request.method !== 'POST' || !child || !action)
    return [
      404,
      { error: `POST /components/{${[...stack.children.keys()].join('|')}}/{${controlActions.join('|')}}` },
    ];
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (action === 'start') await child.start(body ? JSON.parse(body) : {});
  else await child[action]();
  return [200, list(stack)[name]];
}

/** @param {Stack} stack */
const list = (stack) =>
  Object.fromEntries([...stack.children].map(([name, { state, pid }]) => [name, { state, pid }]));

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {unknown} body
 */
function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
