import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import { ResealClient } from './client.js';
import { ServerClock } from './server-clock.js';

const minute = 60_000;
const day = 24 * 60 * minute;

/** A server and a device with separate clocks, on which the same time passes. */
class World {
  trueTime = Date.parse('2026-11-29T01:02:03.456Z');
  readonly clock = new ServerClock(() => this.trueTime + this.deviceIsAheadBy);

  constructor(public deviceIsAheadBy: number) {}

  call({ thereMs = 40, backMs = 40, date = true } = {}): void {
    const sentAt = this.clock.device();
    this.trueTime += thereMs;
    const header = new Date(this.trueTime).toUTCString();
    this.trueTime += backMs;
    this.clock.measure(sentAt, date ? header : null);
  }

  get error(): number {
    return Math.abs(this.clock.now() - this.trueTime);
  }
}

describe('the server’s clock as a device knows it', () => {
  it.each([0, 5 * minute, -20 * minute, day, -day, 400 * day])(
    'The server clock is right within a second on a device that is ahead by %i ms',
    (ahead) => {
      const world = new World(ahead);
      world.call();
      expect(world.error).toBeLessThan(1_000);
    },
  );

  it('The server clock gets more precise with each response', () => {
    const world = new World(day);
    for (let call = 0; call < 60; call += 1) {
      world.call();
      world.trueTime += 130;
    }
    expect(world.error).toBeLessThan(120);
  });

  it('The server clock is right on a slow connection', () => {
    const world = new World(day);
    world.call({ thereMs: 9_000, backMs: 200 });
    expect(world.error).toBeLessThan(6_000);
    world.call();
    expect(world.error).toBeLessThan(1_000);
  });

  it('The server clock is right after the device clock is set', () => {
    const world = new World(day);
    world.call();
    world.deviceIsAheadBy = 0;
    world.call();
    expect(world.error).toBeLessThan(1_000);
  });

  it('The server clock is the device clock if responses have no date', () => {
    const world = new World(minute);
    world.call({ date: false });
    expect(world.clock.now()).toBe(world.clock.device());
  });
});

describe('a client on a device with a wrong clock', () => {
  it.each([5 * minute, 2 * minute, -20 * minute, day, -day])(
    'A client seals with the gateway’s time on a device that differs by %i ms',
    async (ahead) => {
      const { publicKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256' });
      const key = { ...(await exportJWK(publicKey)), kid: 'key-1' };
      const answer = () =>
        Response.json({ keys: [key], client: 'local' }, { headers: { date: new Date().toUTCString() } });
      const client = new ResealClient({
        baseUrl: 'https://gateway.example',
        apiKey: 'a',
        fetch: () => Promise.resolve(answer()),
        deviceClock: () => Date.now() + ahead,
      });
      const { iat } = decodeProtectedHeader(await client.seal('password', 'ri_1', 'secret', 'T'.repeat(43)));
      expect(Math.abs(Number(iat) - Date.now() / 1_000)).toBeLessThan(5);
      expect(Math.abs(client.now() - Date.now())).toBeLessThan(5_000);
    },
  );
});
