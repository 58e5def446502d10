import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertNever } from '../core/platform/errors.ts';
import type { DemoConversation, DemoTurn } from './conversations.ts';
import type { DemoRecorder } from './recorder.ts';
import type { Act } from './scenario.ts';
import { type DemoIndex, lockText, tryEditIndex } from './session-index.ts';
import { archiveStamp, assistantLines, openingLines, type TranscriptTail, userLines, type WrittenLines } from './transcript-line.ts';

interface Speaker {
  readonly conversation: DemoConversation;
  sessionId: string;
  tail: TranscriptTail;
}

type Entry = Readonly<Record<string, unknown>>;

/** Turns of a history are this far apart. */
const historyStepMs = 4 * 60_000;

/**
 * Does to a sessions directory what OpenClaw 2026.3.13 does: a lock for the time of a turn, lines appended one by one, the index
 * renamed into place. Knows nothing of when; every method takes its moment.
 */
export class DemoAgent {
  readonly #directory: string;
  readonly #workspace: string;
  readonly #recorder: DemoRecorder;
  readonly #speakers = new Map<string, Speaker>();
  /** Edits that wait for the index lock; order matters, a later edit of a key builds on the earlier one. */
  readonly #edits: ((index: DemoIndex) => DemoIndex)[] = [];

  constructor(directory: string, workspace: string, recorder: DemoRecorder) {
    this.#directory = directory;
    this.#workspace = workspace;
    this.#recorder = recorder;
  }

  /** Writes what was said before the play begins; the last turn of the first conversation is a minute ago, of each further one older. */
  writeHistory(cast: readonly DemoConversation[], now: number): void {
    for (const [index, conversation] of cast.entries()) {
      const { routingKey, sessionId, sender, history } = conversation;
      const endedAt = now - 60_000 - index * 10 * 60_000;
      const beganAt = endedAt - history.length * historyStepMs;
      let lines = openingLines(sessionId, this.#workspace, beganAt);
      for (const [position, turn] of history.entries()) {
        const at = beganAt + (position + 1) * historyStepMs;
        lines = joined(lines, userLines(lines.tail, sender, turn, at - 9_000));
        lines = joined(lines, assistantLines(lines.tail, turn, at));
      }
      writeFileSync(this.#transcriptOf(sessionId), lines.text, { mode: 0o600 });
      this.#speakers.set(routingKey, { conversation, sessionId, tail: lines.tail });
      this.#edit(routingKey, () => this.#finishedEntry(conversation, sessionId, endedAt));
    }
    this.flushEdits(now);
  }

  perform(act: Act, now: number): void {
    const speaker = this.#speaker(act.routingKey);
    switch (act.act) {
      case 'turn-starts':
        this.#startTurn(speaker, act.turn, act.persisted, now);
        break;
      case 'turn-ends':
        this.#endTurn(speaker, act.turn, act.persisted, now);
        break;
      case 'reset':
        this.#reset(speaker, act.nextSessionId, now);
        break;
      case 'truncate': {
        const path = this.#transcriptOf(speaker.sessionId);
        truncateSync(path, Math.floor(readFileSync(path).length * act.keepShare));
        break;
      }
      case 'delete':
        rmSync(this.#transcriptOf(speaker.sessionId));
        break;
      default:
        assertNever(act);
    }
    this.flushEdits(now);
  }

  /** False: edits of the index still wait because somebody else holds its lock; call again soon. */
  flushEdits(now: number): boolean {
    if (this.#edits.length === 0) return true;
    const edits = [...this.#edits];
    const done = tryEditIndex(this.#directory, now, (index) => edits.reduce((edited, edit) => edit(edited), index));
    if (done) this.#edits.splice(0, edits.length);
    return done;
  }

  #startTurn(speaker: Speaker, turn: DemoTurn, persisted: boolean, now: number): void {
    const { conversation, sessionId } = speaker;
    this.#edit(conversation.routingKey, (entry) => ({
      ...entry,
      updatedAt: now,
      systemSent: true,
      sessionFile: this.#transcriptOf(sessionId),
    }));
    writeFileSync(`${this.#transcriptOf(sessionId)}.lock`, lockText(now), { flag: 'wx', mode: 0o644 });
    this.#say(speaker, userLines(speaker.tail, conversation.sender, turn, now), persisted, now);
  }

  #endTurn(speaker: Speaker, turn: DemoTurn, persisted: boolean, now: number): void {
    const { conversation, sessionId } = speaker;
    this.#say(speaker, assistantLines(speaker.tail, turn, now), persisted, now);
    rmSync(`${this.#transcriptOf(sessionId)}.lock`);
    this.#edit(conversation.routingKey, (entry) => ({ ...entry, ...this.#finishedEntry(conversation, sessionId, now) }));
  }

  /** As the RPC `sessions.reset`: the entry keeps its model, its counts are 0, and it names no file before the next message. */
  #reset(speaker: Speaker, nextSessionId: string, now: number): void {
    const { conversation } = speaker;
    const former = this.#transcriptOf(speaker.sessionId);
    speaker.sessionId = nextSessionId;
    speaker.tail = { sessionId: nextSessionId, lineCount: 0, lastEntryId: null };
    this.#edit(conversation.routingKey, () => ({
      ...base(conversation),
      sessionId: nextSessionId,
      updatedAt: now,
      systemSent: false,
      ...tokens(0),
    }));
    renameSync(former, `${former}.reset.${archiveStamp(now)}`);
  }

  /** A plugin is shown a message before OpenClaw writes it, and does not learn whether it does. */
  #say(speaker: Speaker, lines: WrittenLines, persisted: boolean, now: number): void {
    const { conversation, sessionId } = speaker;
    this.#recorder.saw(conversation.routingKey, sessionId, lines, now);
    speaker.tail = lines.tail;
    if (persisted) appendFileSync(this.#transcriptOf(sessionId), lines.text, { mode: 0o600 });
  }

  #edit(routingKey: string, change: (entry: Entry) => Entry): void {
    this.#edits.push((index) => ({ ...index, [routingKey]: change(index[routingKey] ?? {}) }));
  }

  /** The prompt report with the session's own id is what shows that a turn of it has ended. */
  #finishedEntry(conversation: DemoConversation, sessionId: string, now: number): Entry {
    return {
      ...base(conversation),
      sessionId,
      updatedAt: now,
      systemSent: true,
      sessionFile: this.#transcriptOf(sessionId),
      contextTokens: 128_000,
      ...tokens(1_000),
      systemPromptReport: {
        source: 'run',
        generatedAt: now,
        sessionId,
        sessionKey: conversation.routingKey,
        provider: 'demo',
        model: 'demo-1',
        workspaceDir: this.#workspace,
      },
    };
  }

  #speaker(routingKey: string): Speaker {
    const speaker = this.#speakers.get(routingKey);
    if (speaker === undefined) throw new Error(`no conversation ${routingKey} in the demo`);
    return speaker;
  }

  #transcriptOf(sessionId: string): string {
    return join(this.#directory, `${sessionId}.jsonl`);
  }
}

function base({ displayName, channel }: DemoConversation): Entry {
  return {
    abortedLastRun: false,
    chatType: 'direct',
    lastChannel: channel,
    displayName,
    compactionCount: 0,
    modelProvider: 'demo',
    model: 'demo-1',
  };
}

function tokens(count: number): Entry {
  return { inputTokens: count, outputTokens: count, totalTokens: count, totalTokensFresh: true };
}

function joined(first: WrittenLines, second: WrittenLines): WrittenLines {
  return { text: first.text + second.text, tail: second.tail };
}
