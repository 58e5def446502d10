import type { GatewayAdmin } from '../gateway/gateway.ts';
import type { PlannedWay, WithAdmin } from './publishing.ts';
import { gatewayRefusal, refusal } from './restore-plan.ts';
import type { OpenclawProgram, RestorerDeps } from './restoring.ts';

/** How OpenClaw could be told of something now. */
export async function wayNow(deps: RestorerDeps, sourceId: number): Promise<PlannedWay> {
  const root = deps.rootOf(sourceId);
  if (root === undefined) return { is: 'index' };
  if (deps.keepsElsewhere?.(root) === true) return importWay(deps, root);
  const { admin } = deps;
  const state = await deps.gateway.state(root);
  const answers = state === 'unknown' && (await deps.gateway.answers?.(root)) === true;
  const refusal = gatewayRefusal(state, answers, admin !== undefined);
  if (refusal !== undefined) return { is: 'closed', refusal };
  return state === 'running' && admin !== undefined ? { is: 'gateway', admin: askedOf(deps, admin, root) } : { is: 'index' };
}

async function importWay(deps: RestorerDeps, root: string): Promise<PlannedWay> {
  const { clock, log, gateway, admin } = deps;
  const program = programOf(deps, root);
  if (program === undefined)
    return { is: 'closed', refusal: refusal('program-missing', 'Clawback does not know where the program openclaw is.') };
  const state = await gateway.state(root);
  if (state === 'stopped') return { is: 'import', program };
  if (state === 'unknown') return { is: 'closed', refusal: refusal('gateway-running', 'Nobody can say whether the gateway runs.') };
  if (!program.controls(gateway.pid?.(root))) {
    return {
      is: 'closed',
      refusal: refusal('gateway-running', 'The gateway runs, and was not started as a service that Clawback could stop.'),
    };
  }
  const pause = { clock, log, gateway, program, root };
  return { is: 'import', program, pause, ...(admin === undefined ? {} : { ask: askedOf(deps, admin, root) }) };
}

export function programOf({ programs, failpoint = () => undefined }: RestorerDeps, root: string): OpenclawProgram | undefined {
  const program = programs?.of(root);
  if (program === undefined) return undefined;
  return {
    controls: (pid) => program.controls(pid),
    async run(args, timeoutMs) {
      const step = args
        .slice(0, 3)
        .filter((word) => /^[a-z-]+$/.test(word))
        .join('-');
      failpoint(step);
      const end = await program.run(args, timeoutMs);
      failpoint(`${step}-done`);
      return end;
    },
  };
}

/** Each request has a named point before and behind it: a program can end while the gateway does what it was asked for. */
export function askedOf({ failpoint = () => undefined }: RestorerDeps, admin: GatewayAdmin, root: string): WithAdmin {
  async function asking<T>(what: string, request: () => Promise<T>): Promise<T> {
    failpoint(`gateway-${what}`);
    const answer = await request();
    failpoint(`gateway-${what}-done`);
    return answer;
  }
  return (work) =>
    admin.withAdmin(root, (session) =>
      work({
        hello: session.hello,
        createSession: (input) => asking('create', () => session.createSession(input)),
        refreshSession: (key) => asking('refresh', () => session.refreshSession(key)),
        deleteSession: (key) => asking('delete', () => session.deleteSession(key)),
        history: (key) => asking('history', () => session.history(key)),
        busySessions: () => asking('busy', () => session.busySessions()),
        session: (key) => asking('session', () => session.session(key)),
      }),
    );
}
