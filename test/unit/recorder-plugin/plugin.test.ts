import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyPlugin, pluginSource } from '../../../main/core/recorder-plugin/plugin-files.ts';
import { type RecorderPlaces, recorderPlaces } from '../../../main/core/recorder-plugin/setup.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

type Handler = (event: unknown, context: unknown) => unknown;
type Plugin = typeof import('../../../native-helpers/openclaw-recorder/index.js');

const SHARED = Symbol.for('clawback-recorder');
const KEY = 'agent:main:main';
const user = { role: 'user', content: [{ type: 'text', text: 'hello' }] };

let dir: TempDir;
let places: RecorderPlaces;

beforeEach(() => {
  dir = tempDir();
  places = recorderPlaces(join(dir.path, 'clawback'));
  copyPlugin(pluginSource({}), places);
  vi.stubEnv('OPENCLAW_STATE_DIR', dir.path);
});

afterEach(() => {
  // The plugin has one recording per process.
  Reflect.deleteProperty(globalThis, SHARED);
  vi.unstubAllEnvs();
  dir[Symbol.dispose]();
});

/** As OpenClaw does it: the copy is imported and told to register its hooks. */
async function load(version: string): Promise<{ readonly handlers: Map<string, Handler>; readonly warnings: readonly string[] }> {
  const module: Plugin = await import(pathToFileURL(join(places.pluginDir, 'index.js')).href);
  const handlers = new Map<string, Handler>();
  const warnings: string[] = [];
  module.default.register({
    runtime: { version },
    logger: { warn: (text) => warnings.push(text) },
    on: (hook, handler) => handlers.set(hook, handler),
  });
  return { handlers, warnings };
}

function lines(): readonly Readonly<Record<string, unknown>>[] {
  const [name] = readdirSync(places.spoolDir);
  if (name === undefined) return [];
  const text = readFileSync(join(places.spoolDir, name), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('the recorder plugin', () => {
  it('is a plugin that every version of OpenClaw loads at its start', () => {
    const manifest = JSON.parse(readFileSync(join(places.pluginDir, 'openclaw.plugin.json'), 'utf8'));
    expect(manifest).toMatchObject({
      id: 'clawback-recorder',
      activation: { onStartup: true },
      configSchema: { type: 'object', additionalProperties: false },
    });
    expect(JSON.parse(readFileSync(join(places.pluginDir, 'package.json'), 'utf8'))).toMatchObject({
      type: 'module',
      openclaw: { extensions: ['./index.js'] },
    });
  });

  it('takes a message that names no conversation for none of the others that name none', async () => {
    const { handlers } = await load('2026.3.13');
    handlers.get('session_start')?.({ sessionId: 's-1' }, { agentId: 'main' });
    handlers.get('before_message_write')?.({ message: user }, { agentId: 'main' });
    expect(lines().at(-1)).toMatchObject({ hook: 'before_message_write', message: user });
    expect(lines().at(-1)?.sessionId).toBeUndefined();
  });

  it('writes a message as it is, with the session that its key began with, and leaves it alone', async () => {
    const { handlers } = await load('2026.3.13');
    handlers.get('session_start')?.({ sessionId: 's-1', sessionKey: KEY }, { agentId: 'main' });
    const frozen = Object.freeze(structuredClone(user));
    const answer = handlers.get('before_message_write')?.({ message: frozen }, { agentId: 'main', sessionKey: KEY });
    expect(answer).toBeUndefined();
    expect(lines()).toMatchObject([
      { hook: 'spool', pid: process.pid, stateDir: dir.path, openclaw: '2026.3.13' },
      { hook: 'session_start', sessionId: 's-1', sessionKey: KEY },
      { hook: 'before_message_write', agentId: 'main', sessionKey: KEY, sessionId: 's-1', message: user },
    ]);
  });

  it('follows a reset that no hook announces by the next run', async () => {
    const { handlers } = await load('2026.3.13');
    handlers.get('session_start')?.({ sessionId: 's-1', sessionKey: KEY }, {});
    handlers.get('before_model_resolve')?.({ prompt: 'x' }, { sessionKey: KEY, sessionId: 's-2' });
    handlers.get('before_message_write')?.({ message: user }, { sessionKey: KEY });
    expect(lines().at(-1)).toMatchObject({ hook: 'before_message_write', sessionId: 's-2' });
  });

  it('knows the sessions that go on after a restart from the index', async () => {
    const sessions = join(dir.path, 'agents/main/sessions');
    mkdirSync(sessions, { recursive: true });
    writeFileSync(join(sessions, 'sessions.json'), JSON.stringify({ [KEY]: { sessionId: 's-old' } }));
    const { handlers } = await load('2026.3.13');
    handlers.get('gateway_start')?.({ port: 1 }, {});
    const check = () => {
      handlers.get('before_message_write')?.({ message: user }, { sessionKey: KEY });
      expect(lines().at(-1)).toMatchObject({ sessionId: 's-old' });
    };
    await vi.waitFor(check, { timeout: 15_000, interval: 20 });
  });

  it.each([
    ['2026.3.13', 'before_model_resolve', 'reply_payload_sending'],
    ['2026.6.11', 'reply_payload_sending', 'before_model_resolve'],
    ['unknown', 'before_model_resolve', 'reply_payload_sending'],
  ])('registers only hooks that a version knows and lets it have: %s', async (version, known, unknown) => {
    const { handlers } = await load(version);
    expect([...handlers.keys()]).toContain(known);
    expect([...handlers.keys()]).not.toContain(unknown);
  });

  it('notes both sides of what an ACP runner is told and says', async () => {
    const { handlers } = await load('2026.9.6');
    handlers.get('message_received')?.({ content: 'question', metadata: { messageId: 'run-1' } }, { channelId: 'webchat' });
    handlers.get('reply_payload_sending')?.({ payload: { text: 'part' }, kind: 'block', runId: 'run-1', sessionKey: KEY }, {});
    handlers.get('reply_payload_sending')?.({ payload: { text: 'answer' }, kind: 'final', runId: 'run-1', sessionKey: KEY }, {});
    expect(lines().slice(1)).toMatchObject([
      { hook: 'message_received', runId: 'run-1', text: 'question' },
      { hook: 'reply_payload_sending', runId: 'run-1', sessionKey: KEY, text: 'answer' },
    ]);
  });

  it('passes over what OpenClaw says to itself', async () => {
    const { handlers } = await load('2026.3.13');
    handlers.get('before_message_write')?.({ message: user }, { agentId: 'main', sessionKey: 'temp:slug-generator' });
    expect(lines()).toEqual([]);
  });

  it('is one recording, however often OpenClaw loads it', async () => {
    const first = await load('2026.3.13');
    const second = await load('2026.3.13');
    first.handlers.get('gateway_start')?.({ port: 1 }, {});
    second.handlers.get('gateway_stop')?.({ reason: 'gateway stopping' }, {});
    expect(lines().map(({ seq, hook }) => `${seq} ${hook}`)).toEqual(['0 spool', '1 gateway_start', '2 gateway_stop']);
  });

  it('never throws, and never tells a log what was said', async () => {
    writeFileSync(join(places.pluginDir, 'recorder.json'), JSON.stringify({ spool: '/dev/null/no-directory' }));
    const { handlers, warnings } = await load('2026.9.6');
    for (const handler of handlers.values()) {
      for (const event of [undefined, null, 5, {}, { message: 7n }, { message: user }, { payload: null, kind: 'final' }]) {
        expect(handler(event, undefined)).toBeUndefined();
        expect(handler(event, { sessionKey: 5 })).toBeUndefined();
      }
    }
    expect(warnings).toEqual(['clawback-recorder: it cannot write to its spool (ENOTDIR) and tries again']);
  });
});
