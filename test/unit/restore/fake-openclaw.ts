import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminSession, GatewayAdmin } from '../../../main/core/gateway/gateway.ts';
import type { OpenclawProgram, OpenclawPrograms, ProgramEnd } from '../../../main/core/restore/restoring.ts';
import { WrittenDatabase } from './written-database.ts';

const ok: ProgramEnd = { code: 0, stdout: '', stderr: '' };

/** What 2026.9.6 does when its program is called, as far as a restore goes; facts: its recorded reports. */
export class FakeOpenclaw implements OpenclawPrograms, GatewayAdmin {
  readonly #sessions: string;
  readonly database: WrittenDatabase;
  /** Calls in order, e.g. `gateway stop`, `import main`, `delete agent:main:x`. */
  readonly asked: string[] = [];
  gateway: 'running' | 'stopped' | 'unknown' = 'running';
  isService = true;
  isFound = true;
  busy = 0;
  /** Throws or does something before a call is carried out. */
  before: (call: string) => void = () => undefined;
  /** Changes what a call answers. */
  answers: (call: string, end: ProgramEnd) => ProgramEnd = (_, end) => end;

  constructor(agentFolder: string) {
    this.#sessions = join(agentFolder, 'sessions');
    this.database = new WrittenDatabase(join(agentFolder, 'agent', 'openclaw-agent.sqlite'));
  }

  of(): OpenclawProgram | undefined {
    if (!this.isFound) return undefined;
    return { controls: () => this.isService, run: async (args) => this.#run(args) };
  }

  async withAdmin<T>(_root: string, work: (session: AdminSession) => Promise<T>): Promise<T> {
    const never = (): never => {
      throw new Error('2026.9.6 is not asked for this');
    };
    return await work({
      hello: { protocol: 4, methods: [] },
      createSession: never,
      refreshSession: never,
      history: never,
      busySessions: async () => this.busy,
      deleteSession: async (key) => {
        this.#call(`delete ${key}`);
        this.database.remove(key);
      },
      session: async (key) => {
        const sessionId = this.database.sessions()[key];
        return sessionId === undefined ? undefined : { sessionId, hasActiveRun: this.busy > 0 };
      },
    });
  }

  #run(args: readonly string[]): ProgramEnd {
    if (args[0] === 'gateway') {
      const call = args.slice(0, 2).join(' ');
      this.#call(call);
      this.gateway = args[1] === 'stop' ? 'stopped' : 'running';
      return this.answers(call, ok);
    }
    const [, , mode = '', , agent = ''] = args;
    const call = `${mode} ${agent}`;
    this.#call(call);
    if (mode === 'import' && this.gateway === 'running') return { code: 1, stdout: '', stderr: 'the Gateway owns this state directory' };
    return this.answers(call, this.#doctor(mode, agent));
  }

  #doctor(mode: string, agent: string): ProgramEnd {
    const store = join(this.#sessions, 'sessions.json');
    const index = existsSync(store)
      ? (JSON.parse(readFileSync(store, 'utf8')) as Record<string, { sessionId: string; label?: string }>)
      : {};
    const files = readdirSync(this.#sessions).filter((name) => name.endsWith('.jsonl'));
    const linesOf = (name: string) => readFileSync(join(this.#sessions, name), 'utf8').trimEnd().split('\n');
    const events = files.reduce((sum, name) => sum + linesOf(name).length, 0);
    const isImport = mode === 'import';
    if (isImport) {
      for (const name of files) {
        const sessionId = name.replace('.jsonl', '');
        const [key, entry] = Object.entries(index).find(([, candidate]) => candidate.sessionId === sessionId) ?? [
          `agent:main:recovered:${sessionId}`,
        ];
        const label = entry?.label === undefined ? {} : { label: entry.label };
        this.database.put({ key, sessionId, lines: linesOf(name), ...label }, Date.now() - 60_000);
        renameSync(join(this.#sessions, name), join(this.#sessions, '..', `${name}.imported`));
      }
      if (existsSync(store)) renameSync(store, join(this.#sessions, '..', 'sessions.json.imported'));
    }
    const target = {
      agentId: agent,
      storePath: store,
      sqlitePath: this.database.path,
      issues: [],
      unreferencedJsonlFiles: [],
      archivedUnreferencedJsonlFiles: [],
      legacyEntries: files.length,
      importedEntries: isImport ? files.length : 0,
      importedTranscriptEvents: isImport ? events : 0,
      validatedEntries: isImport ? 0 : files.length,
      validatedTranscriptEvents: isImport ? 0 : events,
    };
    return { ...ok, stdout: JSON.stringify({ mode, targets: files.length === 0 ? [] : [target] }, undefined, 2) };
  }

  #call(call: string): void {
    this.asked.push(call);
    this.before(call);
  }
}
