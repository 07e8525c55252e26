import http from 'node:http';

const controlActions = ['start', 'stop', 'kill'];

/**
 * Lets tests break the stack they run on: `GET /components`, `POST /components/<name>/{start|stop|kill}`. A stop is
 * graceful, a kill is not, and after either the component stays down until it is started. `start` answers once it is
 * ready; its body may change the environment for that life of the process: `{"env": {"RESEAL_…": "…"}}`.
 * @param {import('./stack.mjs').Stack} stack
 * @returns {Promise<{url: string, close: () => void}>}
 */
export async function serveControl(stack) {
  const server = http.createServer((request, response) => {
    handle(stack, request).then(
      ([status, body]) => answer(response, status, body),
      (error) => answer(response, 500, { error: error.message }),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function handle(stack, request) {
  const [, collection, name, action] = request.url.split('/');
  if (collection !== 'components') return [404, { error: 'Only /components is here.' }];
  if (request.method === 'GET' && !name) return [200, list(stack)];
  const child = stack.children.get(name);
  if (request.method !== 'POST' || !child || !controlActions.includes(action))
    return [
      404,
      { error: `POST /components/{${[...stack.children.keys()].join('|')}}/{${controlActions.join('|')}}` },
    ];
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  await child[action](action === 'start' && body ? JSON.parse(body) : {});
  return [200, list(stack)[name]];
}

const list = (stack) =>
  Object.fromEntries([...stack.children].map(([name, { state, pid }]) => [name, { state, pid }]));

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
