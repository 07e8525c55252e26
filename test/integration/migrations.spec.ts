import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate } from '../../libs/db/src/migrate.js';
import { createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
beforeAll(async () => (database = await createTestDatabase({ empty: true })));
afterAll(() => database.drop());

describe('migrations', () => {
  it('Migrations that start at once wait for each other, and each is made once', async () => {
    const made: string[] = [];
    const url = database.urlOf('owner');
    await Promise.all([1, 2, 3].map(() => migrate(url, (line) => made.push(line))));
    expect(made[0]).toBe('migrated 0001_core');
    expect(new Set(made).size).toBe(made.length);
  });

  it('A migration of the newest schema changes nothing', async () => {
    const made: string[] = [];
    await migrate(database.urlOf('owner'), (line) => made.push(line));
    expect(made).toEqual([]);
  });
});
