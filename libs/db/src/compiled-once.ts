import type { Compilable, CompiledQuery } from 'kysely';
import type { Database } from './database.js';

/** Stands for a parameter of a query until the query is executed. It has no value that the query could depend on. */
class Placeholder {
  constructor(readonly name: PropertyKey) {}

  [Symbol.toPrimitive](): never {
    return this.toJSON();
  }

  toJSON(): never {
    throw new Error(`invariant violated: a query that is compiled once looks at ${String(this.name)}`);
  }
}

/**
 * A query that is composed and compiled at its first use only, which takes longer than anything else that a process does
 * for a large query. Its text and the order of its parameters must be the same for all values, so `compose` may only pass
 * the values on as parameters.
 *
 * @returns executes the query with values
 */
export function compiledOnce<Db extends Database<never>, Values extends object, Row>(
  compose: (db: Db, values: Values) => Compilable<Row>,
): (db: Db, values: Values) => Promise<Row[]> {
  let compiled: CompiledQuery<Row> | undefined;
  return async (db, values) => {
    compiled ??= compose(db, placeholders<Values>()).compile();
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    );
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters });
    return rows;
  };
}

const placeholders = <Values extends object>() =>
  new Proxy({}, { get: (_target, name) => new Placeholder(name) }) as Values;
