import type { Kysely, Transaction } from 'kysely';
import type { Grants } from './grants.js';
import type { Tables } from './tables.js';

/** What a query does to a table, as a GRANT allows it: `select reissue`. */
export type Privilege = {
  [Table in keyof Tables]: `${'select' | 'insert' | 'update' | 'delete'} ${Table}`;
}[keyof Tables];

declare const granted: unique symbol;

/** Exists in types only. A handle without it, such as the owner's, has every privilege. */
interface Granted<P extends Privilege> {
  readonly [granted]?: { readonly [Each in P]: true };
}

/**
 * A database as a role with these privileges uses it; without a type argument, with all privileges. A query function
 * names the privileges that it needs, so that a role which lacks one of them cannot call it.
 *
 * The tables stay the same for every role: the compiler takes minutes to compare Kysely types with different tables.
 */
export type Database<P extends Privilege = Privilege> = Kysely<Tables> & Granted<P>;

/** A transaction with these privileges. */
export type Tx<P extends Privilege = Privilege> = Transaction<Tables> & Granted<P>;

export type Role = keyof Grants;

type GrantOf<R extends Role> = {
  [Table in keyof Grants[R]]: `${Grants[R][Table] & string} ${Table & string}`;
}[keyof Grants[R]];

/** The privileges that migrations grant to a role, at least on some columns. */
export type PrivilegeOf<R extends Role> = GrantOf<R> & Privilege;

/**
 * A database as an app uses it that connects with this role. A query takes it, instead of privileges, if it writes columns
 * that only this role may write: a privilege names a table only.
 */
export type RoleDatabase<R extends Role> = Database<PrivilegeOf<R>>;
export type RoleTx<R extends Role> = Tx<PrivilegeOf<R>>;
