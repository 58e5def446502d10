import { posix } from 'node:path';

export const appScheme = 'app';
/** One fixed host: an origin of our own, and no other is served. */
export const appHost = 'clawback';

/**
 * Path below `dist/renderer` that a request means, or `undefined` for anything that is not a plain file name below it:
 * another host, an encoded slash or backslash, a dot segment, a NUL.
 */
export function assetPath(requestUrl: string): string | undefined {
  if (!URL.canParse(requestUrl)) return undefined;
  // A standard scheme's URL is normalised by Chromium, but the raw text is what is checked: `..` must not survive in any form.
  if (/%2f|%5c|%00|\\|\0/i.test(requestUrl)) return undefined;
  const url = new URL(requestUrl);
  if (url.protocol !== `${appScheme}:` || url.host !== appHost) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.length === 0 || segments.some((segment) => segment === '.' || segment === '..')) return undefined;
  return posix.join(...segments);
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.map': 'application/json',
};

export const contentType = (path: string): string => contentTypes[posix.extname(path)] ?? 'application/octet-stream';

export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
