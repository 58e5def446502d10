import { expect, test } from 'vitest';
import { assetPath, contentSecurityPolicy, contentType } from '../../../main/app/asset-path.ts';

test.each([
  ['app://clawback/recovery/index.html', 'recovery/index.html'],
  ['app://clawback/recovery/index.html#incident=1', 'recovery/index.html'],
  ['app://clawback/assets/recovery-Ab_1.js?v=1', 'assets/recovery-Ab_1.js'],
])('%s is served', (url, path) => {
  expect(assetPath(url)).toBe(path);
});

test.each([
  'app://clawback/',
  'app://other/recovery/index.html',
  'file:///etc/passwd',
  'https://clawback/recovery/index.html',
  'app://clawback/..%2f..%2fetc/passwd',
  'app://clawback/%2e%2e%2fpackage.json',
  'app://clawback/a%5c..%5cb',
  'app://clawback/a\\..\\..\\b',
  'app://clawback/recovery/index.html%00.png',
  'app://clawback/%',
  'not a url',
])('%s is refused', (url) => {
  expect(assetPath(url)).toBeUndefined();
});

test.each(['app://clawback/../../etc/passwd', 'app://clawback/a/%2e%2e/%2e%2e/b'])('%s cannot leave the folder', (url) => {
  const path = assetPath(url);
  expect(path === undefined || !path.split('/').includes('..')).toBe(true);
});

test('only our own scripts and styles may run, and nothing may connect anywhere', () => {
  expect(contentSecurityPolicy).toContain("default-src 'none'");
  expect(contentSecurityPolicy).toContain("connect-src 'none'");
  expect(contentSecurityPolicy).not.toContain('unsafe');
});

test('a file without a known ending is not guessed to be a page', () => {
  expect(contentType('a/b.exe')).toBe('application/octet-stream');
});
