/** What the File System Access API adds where a browser has it. */
interface SavePicker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** What became of a file: where it is, that the browser was asked to save it, or that it was not saved. */
export type SaveOutcome = { readonly file: FileSystemFileHandle } | 'ASKED' | 'NOT_SAVED';

/**
 * Has a file that was made in the page saved: where the customer chooses, from where the page can read it back, or as a
 * download, of which no page learns whether it came to be.
 */
export async function saveFile(
  content: Uint8Array<ArrayBuffer>,
  name: string,
  type: string,
): Promise<SaveOutcome> {
  const { showSaveFilePicker } = window as SavePicker;
  if (!showSaveFilePicker) return download(content, name, type);
  let file: FileSystemFileHandle;
  try {
    file = await showSaveFilePicker.call(window, { suggestedName: name });
  } catch (error) {
    const cancelled = error instanceof DOMException && error.name === 'AbortError';
    return cancelled ? 'NOT_SAVED' : download(content, name, type);
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

function download(content: Uint8Array<ArrayBuffer>, name: string, type: string): 'ASKED' {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return 'ASKED';
}
