/**
 * An OpenClaw plugin that writes every message which OpenClaw is about to save to a spool in Clawback's directory: also
 * those that OpenClaw then fails to save. It runs inside the gateway, so it must never throw, never delay a turn, never
 * change a message, and never put the text of one into a log.
 *
 * One plugin for 2026.3.13, 2026.6.11 and 2026.9.6; plain JavaScript without dependencies, for Node 20 and newer.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { SessionBook } from './session-book.js';
import { Spool } from './spool.js';

const ID = 'clawback-recorder';
const DEFAULT_FLUSH_INTERVAL_MS = 250;
/** Conversations that OpenClaw holds with itself and throws away, such as the one that finds a name for a file. */
const TEMPORARY_KEY = 'temp:';
/** After every other plugin: what they changed is what OpenClaw saves, and what they blocked never arrives here. */
const LAST = { priority: -100_000 };
/** OpenClaw loads plugins again when its configuration changes and for its own commands; the process stays one recording. */
const SHARED = Symbol.for('clawback-recorder');

export default {
  id: ID,
  name: 'Clawback recorder',
  register(api) {
    try {
      register(api);
    } catch {
      // A recorder that cannot record must not keep the gateway from starting.
      warn(api, 'it could not start');
    }
  },
};

function register(api) {
  globalThis[SHARED] ??= start(api);
  const recording = globalThis[SHARED];
  const on = (hook, record, options) =>
    api.on(
      hook,
      (event, context) => {
        try {
          record(event ?? {}, context ?? {});
        } catch {
          // OpenClaw 2026.3.13 would log it with the error's text; whatever it is, the turn goes on.
        }
      },
      options,
    );
  on('before_message_write', (event, context) => recordMessage(recording, event, context), LAST);
  on('session_start', (event, context) => recordSessionStart(recording, event, context));
  on('session_end', (event, context) => recordSessionEnd(recording, event, context));
  on('gateway_start', (event) => {
    recording.spool.write({ hook: 'gateway_start', port: event.port });
    recording.sessions.readIndexes(recording.stateDir);
  });
  on('gateway_stop', (event) => {
    recording.spool.write({ hook: 'gateway_stop', reason: event.reason });
    recording.spool.flushNow();
  });
  on('message_received', (event, context) => recordReceived(recording, event, context));
  // A reset by `sessions.reset` starts no session in the hooks of 2026.3.13: the next run tells its id. Later versions keep that
  // hook for plugins which may read prompts, and warn of the attempt; 2026.3.13 warns of hooks that it does not know.
  const tellsOfRuns = isAtLeast(recording.version, 2026, 6) ? 'model_call_started' : 'before_model_resolve';
  on(tellsOfRuns, (event, context) => recordRun(recording, event, context));
  if (isAtLeast(recording.version, 2026, 6)) on('reply_payload_sending', (event, context) => recordReply(recording, event, context), LAST);
}

function start(api) {
  const here = dirname(fileURLToPath(import.meta.url));
  const settings = readSettings(here);
  const stateDir = stateDirOf(api);
  const version = versionOf(api);
  const spool = new Spool({
    directory: settings.spool,
    name: `${Math.round(performance.timeOrigin)}-${process.pid}`,
    flushIntervalMs: settings.flushIntervalMs,
    header: { pid: process.pid, startTime: startTimeOfThisProcess(), stateDir, openclaw: version, node: process.version },
    onTrouble: (code) => warn(api, `it cannot write to its spool (${code}) and tries again`),
  });
  return { spool, stateDir, version, sessions: new SessionBook() };
}

function recordMessage({ spool, sessions }, { message }, { agentId, sessionKey }) {
  if (message === undefined || isTemporary(sessionKey)) return;
  spool.write({ hook: 'before_message_write', agentId, sessionKey, sessionId: sessions.idOf(sessionKey), message });
}

function recordSessionStart({ spool, sessions }, event, context) {
  const sessionKey = event.sessionKey ?? context.sessionKey;
  if (isTemporary(sessionKey)) return;
  sessions.began(sessionKey, event.sessionId);
  const { sessionId, resumedFrom } = event;
  spool.write({ hook: 'session_start', agentId: context.agentId, sessionKey, sessionId, resumedFrom });
}

function recordSessionEnd({ spool, sessions }, event, context) {
  const sessionKey = event.sessionKey ?? context.sessionKey;
  if (isTemporary(sessionKey)) return;
  sessions.ended(sessionKey, event.sessionId);
  const { sessionId, nextSessionId, reason } = event;
  spool.write({ hook: 'session_end', agentId: context.agentId, sessionKey, sessionId, nextSessionId, reason });
}

function recordRun({ sessions }, event, context) {
  const sessionKey = event.sessionKey ?? context.sessionKey;
  if (typeof sessionKey === 'string' && !isTemporary(sessionKey)) sessions.began(sessionKey, event.sessionId ?? context.sessionId);
}

function recordReceived({ spool }, event, context) {
  const sessionKey = event.sessionKey ?? context.sessionKey;
  if (isTemporary(sessionKey)) return;
  const runId = event.runId ?? event.metadata?.messageId ?? event.messageId ?? context.messageId;
  spool.write({ hook: 'message_received', sessionKey, runId, channel: context.channelId, text: event.content });
}

function recordReply({ spool }, event, context) {
  const sessionKey = event.sessionKey ?? context.sessionKey;
  if (event.kind !== 'final' || isTemporary(sessionKey)) return;
  const { text, isError } = event.payload ?? {};
  spool.write({ hook: 'reply_payload_sending', sessionKey, runId: event.runId ?? context.runId, text, isError });
}

function isTemporary(sessionKey) {
  return typeof sessionKey === 'string' && sessionKey.startsWith(TEMPORARY_KEY);
}

/** `recorder.json`, which Clawback writes beside this file: `{"spool": "/absolute/directory", "flushIntervalMs": 250}`. */
function readSettings(here) {
  const defaults = { spool: join(dirname(here), 'recorder-spool'), flushIntervalMs: DEFAULT_FLUSH_INTERVAL_MS };
  try {
    const { spool, flushIntervalMs } = JSON.parse(readFileSync(join(here, 'recorder.json'), 'utf8'));
    return {
      spool: typeof spool === 'string' ? resolve(spool) : defaults.spool,
      flushIntervalMs: flushIntervalMs >= 50 && flushIntervalMs <= 60_000 ? flushIntervalMs : defaults.flushIntervalMs,
    };
  } catch {
    return defaults;
  }
}

/** Which OpenClaw this is, so that several can share one spool: without symbolic links, as Clawback knows it. */
function stateDirOf(api) {
  const stateDir = askOpenClaw(api) ?? process.env.OPENCLAW_STATE_DIR ?? process.env.CLAWDBOT_STATE_DIR ?? join(homedir(), '.openclaw');
  try {
    return realpathSync(stateDir);
  } catch {
    return resolve(stateDir);
  }
}

function askOpenClaw(api) {
  try {
    const stateDir = api.runtime?.state?.resolveStateDir?.();
    return typeof stateDir === 'string' && stateDir !== '' ? stateDir : undefined;
  } catch {
    return undefined;
  }
}

/** 2026.3.13 itself says `unknown`; its package lies beside or above the script that was started. */
function versionOf(api) {
  const told = api.runtime?.version;
  if (/^\d{4}\./.test(told)) return told;
  for (const directory of ['.', '..']) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(dirname(realpathSync(process.argv[1])), directory, 'package.json'), 'utf8'));
      if (name === 'openclaw') return version;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** Linux: field 22 of /proc/self/stat; tells this process from a later one with its pid. */
function startTimeOfThisProcess() {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}

function isAtLeast(version, year, month) {
  const [, haveYear, haveMonth] = /^(\d{4})\.(\d{1,2})\b/.exec(version ?? '') ?? [];
  return Number(haveYear) > year || (Number(haveYear) === year && Number(haveMonth) >= month);
}

function warn(api, what) {
  try {
    api.logger?.warn?.(`${ID}: ${what}`);
  } catch {
    // Nobody to tell.
  }
}
