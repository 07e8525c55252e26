/** A file to save, which no cache keeps. */
export const fileResponse = (
  body: ConstructorParameters<typeof Response>[0],
  type: string,
  file: string,
): Response =>
  new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${file}"`,
      'cache-control': 'no-store',
    },
  });
