import { expect, test } from 'vitest';
import { Redaction } from '../../../main/core/diagnostics/redaction.ts';

const redaction = new Redaction('/home/ada');

test('of a path what OpenClaw and Clawback call things stays, and names become hashes', () => {
  expect(redaction.path('/home/ada/.openclaw/agents/sessions.json')).toBe('~/.openclaw/agents/sessions.json');
  expect(redaction.path('/home/ada/.openclaw/agents/grandma/sessions')).toMatch(/^~\/\.openclaw\/agents\/#[0-9a-f]{10}\/sessions$/);
  expect(redaction.path('/home/adam/.openclaw')).toMatch(/^\/home\/#[0-9a-f]{10}\/\.openclaw$/);
});

test('the same name is the same hash in one file, and another in the next', () => {
  expect(redaction.hash('grandma')).toBe(redaction.hash('grandma'));
  expect(new Redaction('/home/ada').hash('grandma')).not.toBe(redaction.hash('grandma'));
});

test('of a log line numbers and codes stay, and everything else becomes a hash', () => {
  const fields = redaction.fields({
    code: 'disk-full',
    ms: 12,
    isLate: true,
    reason: 'grandma',
    message: 'text of hers',
    sessionKey: 'agent:main:grandma',
    code2: { grandma: 'x', code: 'ENOENT' },
  });
  expect(fields).toMatchObject({ code: 'disk-full', ms: 12, isLate: true });
  expect(JSON.stringify(fields)).toContain('ENOENT');
  expect(JSON.stringify(fields)).not.toMatch(/grandma|hers/);
});

test('of an error its kind and its place in the code stay, and not its message', () => {
  const stack =
    'SyntaxError: unexpected "dear grandma"\nat line two\n    at parse (file:///home/ada/app/main/core/parse.ts:12:5)\n    at /home/ada/x.js:3:1';
  expect(redaction.fields({ stack })).toEqual({ stack: 'SyntaxError < parse parse.ts:12 < x.js:3' });
});
