import { appendFileSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningApp } from './running-app.ts';
import type { Turn } from './state-dir.ts';

export interface RecorderSpool {
  /** What the plugin sees of turns, whether or not OpenClaw then writes them. */
  says(sessionId: string, turns: readonly Turn[]): void;
}

/** What the recorder plugin of a gateway writes into Clawback's home, see native-helpers/openclaw-recorder; the gateway is this process. */
export function recorderSpool({ home, openclaw }: Pick<RunningApp, 'home' | 'openclaw'>): RecorderSpool {
  const directory = join(home, 'recorder-spool');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${Date.now()}-${process.pid}.jsonl`);
  let seq = 0;
  const write = (record: object) => {
    appendFileSync(path, `${JSON.stringify({ v: 1, t: Date.now(), seq, ...record })}\n`, { mode: 0o600 });
    seq += 1;
  };
  write({ hook: 'spool', part: 0, pid: process.pid, stateDir: realpathSync(openclaw.root), openclaw: '2026.3.13' });
  write({ hook: 'gateway_start', port: 1 });
  const says = (sessionId: string, message: object) =>
    write({ hook: 'before_message_write', agentId: 'main', sessionKey: 'agent:main:main', sessionId, message });
  return {
    says(sessionId, turns) {
      for (const { user, assistant } of turns) {
        says(sessionId, { role: 'user', content: [{ type: 'text', text: user }], timestamp: Date.now() });
        says(sessionId, {
          role: 'assistant',
          content: [{ type: 'text', text: assistant }],
          api: 'openai-completions',
          provider: 'scripted',
          model: 'scripted-1',
          stopReason: 'stop',
          timestamp: Date.now(),
        });
      }
    },
  };
}
