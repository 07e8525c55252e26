import type { Database, Tx } from '../database.js';
import type { CertificateRow, Row } from '../rows.js';

/** The recorded answer of a check. */
export type VidCheckRow = Pick<Row<'vid_check'>, 'request_hmac' | 'serial' | 'matches'>;

export async function findVidCheck(
  db: Database<'select vid_check'> | Tx<'select vid_check'>,
  checkId: string,
): Promise<VidCheckRow | undefined> {
  return db
    .selectFrom('vid_check')
    .select(['request_hmac', 'serial', 'matches'])
    .where('check_id', '=', checkId)
    .executeTakeFirst();
}

/** Reads and locks a certificate, so that its checks are answered one after the other. */
export async function lockCertificateForVidCheck(
  tx: Tx<'select certificate' | 'update certificate'>,
  serial: string,
): Promise<Pick<CertificateRow, 'der'> | undefined> {
  return tx
    .selectFrom('certificate')
    .select('der')
    .where('serial', '=', serial)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

export async function insertVidCheck(tx: Tx<'insert vid_check'>, check: Row<'vid_check'>): Promise<void> {
  await tx.insertInto('vid_check').values(check).execute();
}
