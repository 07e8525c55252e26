import { expect, it } from '@jest/globals';
import type { RoleDatabase, RoleTx } from './database.js';
import type { NewRow } from './rows.js';
import { updateReissue } from './reissues/reissues.js';
import { findReissue, lockReissue, markDownloaded, readVaultItem } from './reissues/index.js';
import { findCustomerRrn, insertCustomerRrns } from './customers/index.js';
import { insertPhoto, type NewIdentityPhoto } from './identity/index.js';
import { insertEvents } from './events/index.js';
import { insertApproval, setOperationState } from './operations/index.js';
import { insertIntents, storeSigned } from './certificates/index.js';

declare const photo: NewIdentityPhoto;
declare const approval: NewRow<'operation_approval'>;

// The compiler checks this file: each @ts-expect-error is an error if the query compiles.

const gateway = (db: RoleDatabase<'gateway'>, tx: RoleTx<'gateway'>) => {
  void findReissue(db, 'ri_1');
  void markDownloaded(db, 'ri_1', new Date());
  void lockReissue(tx, 'ri_1');
  // @ts-expect-error the gateway seals values and opens none
  void readVaultItem(db, 'handle');
  // @ts-expect-error the gateway has no access to resident registration numbers
  void findCustomerRrn(db, 'customer');
  // @ts-expect-error only worker and signer publish events
  void insertEvents(tx, []);
};

const ops = (db: RoleDatabase<'ops'>, tx: RoleTx<'ops'>) => {
  void findReissue(db, 'ri_1');
  void setOperationState(tx, 'op_1', 'CANCELLED', { updated_at: new Date() });
  // @ts-expect-error operators change reissues through the worker
  void updateReissue(tx, 'ri_1', { state: 'CANCELLED' });
  // @ts-expect-error sealed values are the worker's
  void readVaultItem(db, 'handle');
};

const signer = (db: RoleDatabase<'signer'>, tx: RoleTx<'signer'>) => {
  void storeSigned(tx, [], [], new Date());
  // @ts-expect-error the signer cannot change a reissue's state
  void updateReissue(tx, 'ri_1', { state: 'ISSUED' });
  // @ts-expect-error the signer opens no sealed values
  void readVaultItem(db, 'handle');
};

const status = (db: RoleDatabase<'status'>, tx: RoleTx<'status'>) => {
  void db.selectFrom('certificate').select('serial');
  // @ts-expect-error the status app reads certificates and changes none
  void storeSigned(tx, [], [], new Date());
  // @ts-expect-error the status app knows no reissue
  void findReissue(db, 'ri_1');
};

const worker = (db: RoleDatabase<'worker'>, tx: RoleTx<'worker'>) => {
  void updateReissue(tx, 'ri_1', { state: 'CANCELLED' });
  void readVaultItem(db, 'handle');
  void insertEvents(tx, []);
  // @ts-expect-error only the signer records signing intents
  void insertIntents(tx, []);
  // @ts-expect-error only the signer stores certificates
  void storeSigned(tx, [], [], new Date());
  // @ts-expect-error photos come in at the gateway
  void insertPhoto(tx, photo);
  // @ts-expect-error operators approve in the ops app
  void insertApproval(tx, approval);
  // @ts-expect-error the bank's registry has the numbers
  void insertCustomerRrns(tx, [], new Date());
};

it('A query without the needed privilege does not compile for the role of an app', () => {
  expect([gateway, ops, signer, status, worker]).toHaveLength(5);
});
