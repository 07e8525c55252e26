import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate } from '#libs/db/migrations';
import { createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
beforeAll(async () => (database = await createTestDatabase({ empty: true })));
afterAll(() => database.drop());

describe('migrations', () => {
  it('Migrations that start at once wait for each other, and each is made once', async () => {
    const url = database.urlOf('owner');
    const made = (await Promise.all([1, 2, 3].map(() => migrate(url)))).flat();
    expect(made[0]).toBe('0001_core');
    expect(new Set(made).size).toBe(made.length);
  });

  it('A migration of the newest schema changes nothing', async () => {
    expect(await migrate(database.urlOf('owner'))).toEqual([]);
  });
});
