import { download } from '../../shared/download.js';

/** The File System Access API, which only some browsers have. */
interface SavePicker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** A file that was made in the page. */
export interface MadeFile {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly type: string;
}

/** The file that was saved, or that the browser was asked to save or share one, or that none was saved. */
export type SaveOutcome = { readonly file: FileSystemFileHandle } | 'ASKED' | 'SHARED' | 'NOT_SAVED';

/**
 * Saves a file at the place that the customer chooses, where the page can read the file again, or as a download, of which
 * the page does not learn whether the file was saved.
 */
export async function saveFile({ content, name, type }: MadeFile): Promise<SaveOutcome> {
  const ask = () => {
    download(name, new Blob([content], { type }));
    return 'ASKED' as const;
  };
  const { showSaveFilePicker } = window as SavePicker;
  if (!showSaveFilePicker) return ask();
  let file: FileSystemFileHandle;
  try {
    file = await showSaveFilePicker.call(window, { suggestedName: name });
  } catch (error) {
    return isCancelled(error) ? 'NOT_SAVED' : ask();
  }
  try {
    const stream = await file.createWritable();
    await stream.write(content);
    await stream.close();
    return { file };
  } catch {
    return 'NOT_SAVED';
  }
}

/** Whether this browser may share such a file. It can still refuse the file when it is shared. */
export function canShareFiles(name: string, type: string): boolean {
  const files = [new File([], name, { type })];
  return navigator.canShare?.({ files }) ?? false;
}

/** Passes a file to the share sheet of the device. The page does not learn what became of it. */
export async function shareFile({ content, name, type }: MadeFile): Promise<SaveOutcome | 'REFUSED'> {
  try {
    await navigator.share({ files: [new File([content], name, { type })] });
    return 'SHARED';
  } catch (error) {
    return isCancelled(error) ? 'NOT_SAVED' : 'REFUSED';
  }
}

const isCancelled = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';
