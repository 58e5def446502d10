import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Turn {
  readonly user: string;
  readonly assistant: string;
}

/** An OpenClaw state directory with one agent, written as 2026.3 writes it, driven by a test. */
export interface StateDir {
  readonly root: string;
  readonly sessions: string;
  /** A new conversation, listed in the index. */
  write(sessionId: string, turns: readonly Turn[]): void;
  append(sessionId: string, turns: readonly Turn[]): void;
  /** Leaves the header and this many messages, in the same file. */
  truncateTo(sessionId: string, messages: number): void;
  remove(sessionId: string): void;
  /** The transcript of the main chat gets an archive name, and the chat a new id that no file has. */
  reset(nextSessionId: string): void;
  /** Names in the sessions directory. */
  files(): readonly string[];
  index(): Readonly<Record<string, { readonly sessionId: string }>>;
}

export function stateDir(root: string): StateDir {
  const sessions = join(root, 'agents/main/sessions');
  mkdirSync(sessions, { recursive: true, mode: 0o700 });
  const indexPath = join(sessions, 'sessions.json');
  const pathOf = (sessionId: string) => join(sessions, `${sessionId}.jsonl`);
  const index = () => JSON.parse(readFileSync(indexPath, 'utf8'));
  const writeIndex = (content: object) => {
    writeFileSync(`${indexPath}.tmp`, JSON.stringify(content, undefined, 2), { mode: 0o600 });
    renameSync(`${indexPath}.tmp`, indexPath);
  };
  writeIndex({});
  return {
    root,
    sessions,
    write(sessionId, turns) {
      const at = new Date().toISOString();
      const header = { type: 'session', version: 3, id: sessionId, timestamp: at, cwd: '/home/someone/work' };
      writeFileSync(pathOf(sessionId), `${JSON.stringify(header)}\n`, { mode: 0o600 });
      this.append(sessionId, turns);
      const key = Object.keys(index()).length === 0 ? 'agent:main:main' : `agent:main:${sessionId}`;
      writeIndex({ ...index(), [key]: { sessionId, updatedAt: Date.now(), systemSent: true, sessionFile: pathOf(sessionId) } });
    },
    append(sessionId, turns) {
      const written = readFileSync(pathOf(sessionId), 'utf8').trimEnd().split('\n');
      const last = JSON.parse(written.at(-1) ?? '{}');
      let parentId: string | null = last.type === 'session' ? null : last.id;
      let count = written.length;
      let text = '';
      for (const message of turns.flatMap(messagesOf)) {
        const id = count.toString(16).padStart(8, '0');
        const timestamp = new Date().toISOString();
        text += `${JSON.stringify({ type: 'message', id, parentId, timestamp, message: { ...message, timestamp: Date.now() } })}\n`;
        parentId = id;
        count += 1;
      }
      appendFileSync(pathOf(sessionId), text);
    },
    truncateTo(sessionId, messages) {
      const lines = readFileSync(pathOf(sessionId), 'utf8').split('\n');
      writeFileSync(
        pathOf(sessionId),
        lines
          .slice(0, 1 + messages)
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
    remove: (sessionId) => rmSync(pathOf(sessionId)),
    reset(nextSessionId) {
      const { sessionId } = index()['agent:main:main'];
      writeIndex({ ...index(), 'agent:main:main': { sessionId: nextSessionId, updatedAt: Date.now(), systemSent: false } });
      renameSync(pathOf(sessionId), `${pathOf(sessionId)}.reset.${new Date().toISOString().replaceAll(':', '-')}`);
    },
    files: () => readdirSync(sessions),
    index,
  };
}

function messagesOf({ user, assistant }: Turn): readonly object[] {
  const model = { api: 'openai-completions', provider: 'scripted', model: 'scripted-1', stopReason: 'stop' };
  return [
    { role: 'user', content: [{ type: 'text', text: user }] },
    { role: 'assistant', content: [{ type: 'text', text: assistant }], ...model },
  ];
}
