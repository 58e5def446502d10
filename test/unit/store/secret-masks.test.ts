import { expect, test } from 'vitest';
import { maskSecrets, withoutSecrets } from '../../../main/core/store/secret-masks.ts';

const letters = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7';

test.each([
  [`use sk-proj-${letters} for it`, 'use ••• for it'],
  [`sk-ant-api03-${letters}`, '•••'],
  [`the live key sk_live_${letters}.`, 'the live key •••.'],
  [`ghp_${letters}123456 and github_pat_${letters}`, '••• and •••'],
  [`xoxb-1234-${letters}`, '•••'],
  [`AIza${letters}`, '•••'],
  ['AKIAIOSFODNN7EXAMPLE in the log', '••• in the log'],
  [`bot 123456789:AAF${letters}-${letters}`, 'bot •••'],
  [`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${letters}`, '•••'],
  ['-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXk', '•••'],
  ['postgres://ada:correcthorse@localhost/db', 'postgres://ada:•••@localhost/db'],
  [`Authorization: Bearer ${letters}`, 'Authorization: Bearer •••'],
  ['my password: hunter2 please', 'my password: ••• please'],
  ['API_KEY="swordfish"', 'API_KEY=•••"'],
  ['the wifi password is tr0ub4dor', 'the wifi password is •••'],
  ['密码：青蛙1234', '密码：•••'],
])('%s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test.each([
  'The password is wrong',
  'my token is expired',
  'Plan the move to the new flat, sk-1 to sk-9',
  'At 12:30:45 in room 123456789',
  'https://example.org/a:b@c',
  'risk-management-for-the-whole-department',
  '密码错误',
])('says nothing but what is said: %s', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

test('keeps everything else in its place', () => {
  const text = `before sk-${letters} after`;
  expect(maskSecrets(text)).toHaveLength(text.length);
  expect(maskSecrets(text).indexOf('after')).toBe(text.indexOf('after'));
});
