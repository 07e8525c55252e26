import type { FastifyInstance, HTTPMethods } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

/** Records the methods of each path, to distinguish 405 from 404 (Fastify answers both with 404). */
export class RouteTable {
  // Fastify's own router with Fastify's default settings, so that both match the same paths.
  private readonly router = findMyWay({ ignoreTrailingSlash: false, caseSensitive: true });
  private readonly methods = new Set<HTTPMethod>();

  /** Must be called before the routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      // A wildcard route is no evidence that a path exists.
      if (url === '*' || url === '/*') return;
      for (const name of [method].flat() as (HTTPMethod & HTTPMethods)[]) {
        this.methods.add(name);
        if (!this.router.hasRoute(name, url)) this.router.on(name, url, () => undefined);
      }
    });
  }

  /** The methods of `path`, sorted; empty if no route matches. */
  methodsOf(path: string): string[] {
    return [...this.methods].filter((method) => this.router.find(method, path) !== null).sort();
  }
}
