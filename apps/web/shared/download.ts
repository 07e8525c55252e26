/** Asks the browser to save a file that was made in the page. The page does not learn whether the file was saved. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read the content by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
