import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { net, protocol } from 'electron';
import { errnoOf } from '../core/platform/errors.ts';
import { appHost, appScheme, assetPath, contentSecurityPolicy, contentType } from './asset-path.ts';

/** Before `ready`, or Electron ignores it: a standard scheme has an origin, so the content security policy's 'self' works. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true } }]);
}

/** Serves the built windows and nothing else; a file URL could reach the whole disk. */
export function serveApp(rendererDirectory: string): void {
  protocol.handle(appScheme, async (request) => {
    const path = assetPath(request.url);
    if (path === undefined || request.method !== 'GET') return new Response('not found', { status: 404 });
    try {
      return new Response(new Uint8Array(await readFile(join(rendererDirectory, path))), {
        headers: {
          'content-type': contentType(path),
          'content-security-policy': contentSecurityPolicy,
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
        },
      });
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return new Response('not found', { status: 404 });
      throw error;
    }
  });
}

/**
 * Serves one page to nobody. What answers a request is loaded by its first use, and the first window of a run would wait for that:
 * 55 to 95 ms of its 390. Holds no window and no page.
 */
export async function warmApp(page: string): Promise<void> {
  const reply = await net.fetch(`${appScheme}://${appHost}/${page}/index.html`);
  await reply.arrayBuffer();
}
