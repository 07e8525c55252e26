import { useState, type ReactNode } from 'react';
import { otherKeyForms } from '../key/key-files.js';
import type { KeptCertificate } from '../key/store.js';
import { thisDevice } from '../transfer/device.js';
import { useWords } from '../words/index.js';
import { PasswordField } from './field.js';
import { FolderSteps } from './folder-steps.js';
import { Form } from './form.js';
import { canShareFiles, type SaveOutcome } from './save-file.js';
import { TransferPanel } from './transfer-panel.js';
import { p12Type, useSaving, type Locked } from './use-saving.js';

type Way = 'HERE' | 'SHARE' | 'TRANSFER' | 'FOLDER' | 'P12' | 'FORMS';

interface SaveWaysProps {
  readonly certificate: KeptCertificate;
  /** Whether the first way is the screen's main button. */
  readonly main?: boolean;
  /** Called after each file that was not refused. */
  readonly onSaved?: (saving: Exclude<SaveOutcome, 'NOT_SAVED'>) => void;
  /** Keeps the certificate in this browser, and returns whether it is kept; undefined where this is not offered. */
  readonly onKeep?: (() => Promise<boolean>) | undefined;
  /** Called before a transfer begins; returns whether it may. */
  readonly onTransfer?: () => Promise<boolean>;
  /** Called when another device has received the certificate. */
  readonly onTransferred?: () => void;
}

/** The ways to save a certificate, those that fit the device first. The others are one tap away. */
export function SaveWays(props: SaveWaysProps) {
  const { certificate, main = false, onKeep, onTransfer, onTransferred } = props;
  const { save, transfer } = useWords();
  const saving = useSaving(certificate, props.onSaved);
  const [transferring, setTransferring] = useState(false);
  const [notKept, setNotKept] = useState(false);
  const { outcome } = saving;
  const [device] = useState(thisDevice);
  const [shares] = useState(() => canShareFiles('certificate.p12', p12Type));

  const offered = (way: Way) => (way === 'HERE' ? onKeep !== undefined : way !== 'SHARE' || shares);
  const phone = device === 'PHONE';
  const first = (phone ? phoneWays : desktopWays).filter(offered);
  const others = allWays.filter((way) => offered(way) && !first.includes(way));

  const keep = async () => setNotKept(!(await onKeep!()));
  const startTransfer = async () => {
    const may = onTransfer === undefined || (await onTransfer());
    setNotKept(!may);
    setTransferring(may);
  };
  const button = (way: Way, name: string, act: () => unknown, help: ReactNode, more?: ReactNode) => (
    <section key={way}>
      <button
        className={main && way === first[0] && !outcome ? 'main' : 'second'}
        aria-disabled={saving.making}
        onClick={() => {
          setNotKept(false);
          void act();
        }}
      >
        {name}
      </button>
      <p className="hint">{help}</p>
      {more}
    </section>
  );
  const locked = (what: Locked, way: Way, name: string, help: string) =>
    button(
      way,
      name,
      () => saving.saveLocked(what),
      help,
      saving.asking === what && (
        <Form button={name} onSend={() => saving.saveTyped(what)}>
          <PasswordField label={save.needPassword} hint={save.needPasswordHelp} {...saving.field} />
        </Form>
      ),
    );
  const shown: Readonly<Record<Way, () => ReactNode>> = {
    HERE: () => button('HERE', save.here, keep, save.hereHelp),
    SHARE: () => locked('SHARE', 'SHARE', save.share, save.shareHelp),
    TRANSFER: () =>
      button(
        'TRANSFER',
        transfer.send,
        startTransfer,
        onTransfer ? transfer.sendHelpKept : transfer.sendHelp,
        transferring && (
          <TransferPanel
            certificate={certificate}
            onClose={() => setTransferring(false)}
            onReceived={onTransferred}
          />
        ),
      ),
    FOLDER: () =>
      button('FOLDER', save.zip, saving.saveZip, save.zipHelp, !phone && <FolderSteps device={device} />),
    P12: () => locked('P12', 'P12', save.p12, save.p12Help),
    FORMS: () => (
      <details key="FORMS">
        <summary>{save.otherForms}</summary>
        {otherKeyForms.map((form) => (
          <div key={form}>{locked(form, 'FORMS', save.forms[form].name, save.forms[form].help)}</div>
        ))}
      </details>
    ),
  };
  const failed = notKept ? save.hereRefused : failureText(outcome, save);
  const said = failed || !outcome ? '' : saidOf(outcome, save.outcomes);
  return (
    <>
      {first.map((way) => shown[way]())}
      <p role="status" className={said ? 'box' : 'unseen'}>
        {said}
      </p>
      {failed && (
        <p role="alert" className="wrong box">
          {failed}
        </p>
      )}
      <details>
        <summary>{save.others}</summary>
        {others.map((way) => shown[way]())}
      </details>
    </>
  );
}

const phoneWays: readonly Way[] = ['HERE', 'SHARE', 'TRANSFER'];
const desktopWays: readonly Way[] = ['FOLDER', 'P12'];
const allWays: readonly Way[] = ['FOLDER', 'P12', 'HERE', 'SHARE', 'TRANSFER', 'FORMS'];

const failureText = (
  outcome: SaveOutcome | 'REFUSED' | undefined,
  { notSaved, shareRefused }: { readonly notSaved: string; readonly shareRefused: string },
) => (outcome === 'NOT_SAVED' ? notSaved : outcome === 'REFUSED' ? shareRefused : undefined);

function saidOf(
  outcome: SaveOutcome | 'REFUSED',
  words: Readonly<Record<'SAVED' | 'ASKED' | 'SHARED', string>>,
): string {
  if (typeof outcome === 'object') return words.SAVED;
  return outcome === 'ASKED' || outcome === 'SHARED' ? words[outcome] : '';
}
