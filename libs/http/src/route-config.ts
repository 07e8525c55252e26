import type { HttpAdapterHost } from '@nestjs/core';
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Largest body of this route, in bytes. */
    bodyLimit?: number;
    /**
     * Gives the handler the bytes of a JSON body. A verifier needs them, because `JSON.parse` loses information.
     */
    bodyAsBytes?: boolean;
  }
}

/**
 * Adds `config` to the route of a handler, or of each handler of a controller. Hooks can read it before the body is read.
 * The config of a handler takes precedence over that of its controller.
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

/** Applies the `bodyLimit` of each route's config. Must be called before the routes are registered. */
export function applyBodyLimits(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const limit = route.config?.bodyLimit;
    if (limit !== undefined) route.bodyLimit = limit;
  });
}

/**
 * Calls `admit` with each request before its body is read; `admit` throws to refuse the request. Guards of Nest run too late
 * for this, after the body was read and parsed.
 */
export function admitBeforeBody(
  { httpAdapter }: HttpAdapterHost,
  admit: (request: FastifyRequest) => Promise<void>,
): void {
  httpAdapter.getInstance<FastifyInstance>().addHook('preParsing', async (request) => admit(request));
}
