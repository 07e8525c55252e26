import type { FastifyInstance, HTTPMethods } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

/** Remembers which methods each path takes, to tell 405 from 404 (Fastify answers 404 to both). */
export class RouteTable {
  // The router that Fastify has, with the settings that Fastify gives it by default: both match the same paths.
  private readonly router = findMyWay({ ignoreTrailingSlash: false, caseSensitive: true });
  private readonly methods = new Set<HTTPMethod>();

  /** Must be called before the routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      // What takes every path there is takes none in particular.
      if (url === '*' || url === '/*') return;
      for (const name of [method].flat() as (HTTPMethod & HTTPMethods)[]) {
        this.methods.add(name);
        if (!this.router.hasRoute(name, url)) this.router.on(name, url, () => undefined);
      }
    });
  }

  /** The methods that `path` takes, sorted; none if no route matches. */
  methodsOf(path: string): string[] {
    return [...this.methods].filter((method) => this.router.find(method, path) !== null).sort();
  }
}
