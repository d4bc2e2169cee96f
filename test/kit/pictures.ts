/** Minimal files of each type. Only their first bytes are read. */
export const pictures = {
  'image/svg+xml': Buffer.from(
    '<?xml version="1.0" encoding="utf-8"?>\n<!-- made by <svg> hand -->\n<!DOCTYPE svg [<!ENTITY a "b">]>\n' +
      '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="32" viewBox="0 0 96 32">' +
      '<style>rect{fill:#a11d5f}</style><rect width="96" height="32"/><script>document.title="ran"</script></svg>',
  ),
  'image/png': Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
  'image/jpeg': Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1'),
  'image/webp': Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'),
} as const
