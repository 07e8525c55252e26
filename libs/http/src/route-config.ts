import type { HttpAdapterHost } from '@nestjs/core';
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Largest body of this route, in bytes. */
    bodyLimit?: number;
    /**
     * Gives the handler the bytes of a JSON body: a verifier has to see what was sent, which is more than `JSON.parse`
     * leaves of it.
     */
    bodyAsBytes?: boolean;
  }
}

/**
 * Writes `config` down at the route of a handler, or of each handler of a controller, where hooks find it before the
 * body is read. What a handler says itself goes before what its controller says.
 */
export function ConfigureRoute(config: FastifyContextConfig): MethodDecorator & ClassDecorator {
  return (target: object, _key?: string | symbol, descriptor?: { readonly value?: unknown }) => {
    const method = descriptor?.value as object | undefined;
    if (method) return write(method, { ...configOf(method), ...config });
    const prototype = (target as { prototype: Record<string, unknown> }).prototype;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const handler = prototype[name];
      if (name !== 'constructor' && typeof handler === 'function')
        write(handler, { ...config, ...configOf(handler) });
    }
    return undefined;
  };
}

const configOf = (handler: object) =>
  (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) ?? {}) as FastifyContextConfig;

function write(handler: object, config: FastifyContextConfig): void {
  RouteConfig(config)(handler as never, undefined as never, { value: handler } as never);
}

/** Applies `bodyLimit` of each route's configuration. Must be called before the routes are registered. */
export function applyBodyLimits(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const limit = route.config?.bodyLimit;
    if (limit !== undefined) route.bodyLimit = limit;
  });
}

/**
 * Calls `admit` with each request before its body is read; it throws to refuse. Guards of Nest come too late for that:
 * they run when the body was read and parsed.
 */
export function admitBeforeBody(
  { httpAdapter }: HttpAdapterHost,
  admit: (request: FastifyRequest) => Promise<void>,
): void {
  httpAdapter.getInstance<FastifyInstance>().addHook('preParsing', async (request) => admit(request));
}
