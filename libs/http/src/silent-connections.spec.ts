import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { createApplication } from './bootstrap.js';

@Module({})
class Nothing {}

it('An application shuts down although a client has connected without a request', async () => {
  const config = { host: '127.0.0.1', port: 0, logLevel: 'silent' };
  const app = await createApplication({ name: 'spec', module: Nothing, config });
  await app.listen(0, '127.0.0.1');
  const accepted = once(app.getHttpServer() as NodeJS.EventEmitter, 'connection');
  const silent = connect(Number(new URL(await app.getUrl()).port), '127.0.0.1');
  silent.on('error', () => undefined);
  await Promise.all([accepted, once(silent, 'connect')]);
  const closed = new Promise((resolve) => silent.once('close', resolve));
  await app.close();
  await closed;
  expect(silent.destroyed).toBe(true);
});
