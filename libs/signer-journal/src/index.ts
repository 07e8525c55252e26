export type { CertificateJournalEntry, CrlJournalEntry, JournalEntry } from './entry.js';
export { newestEntries, readJournal } from './read-journal.js';
export type { JournalFault } from './read-journal.js';
export { SignerJournal } from './signer-journal.js';
