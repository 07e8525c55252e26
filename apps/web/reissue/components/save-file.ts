import { download } from '../../shared/download.js';

/** The File System Access API, which only some browsers have. */
interface SavePicker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** The file that was saved, or that the browser was asked to save one, or that none was saved. */
export type SaveOutcome = { readonly file: FileSystemFileHandle } | 'ASKED' | 'NOT_SAVED';

/**
 * Saves a file that was made in the page: at the place that the customer chooses, where the page can read the file
 * again, or as a download, of which the page does not learn whether the file was saved.
 */
export async function saveFile(
  content: Uint8Array<ArrayBuffer>,
  name: string,
  type: string,
): Promise<SaveOutcome> {
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
    const cancelled = error instanceof DOMException && error.name === 'AbortError';
    return cancelled ? 'NOT_SAVED' : ask();
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
