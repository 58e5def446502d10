import { randomUUID } from 'node:crypto';
import type { CoreOptions } from './core-options.ts';
import { CoreError } from './platform/errors.ts';
import { RecorderInstaller, type RecorderPlan } from './recorder-plugin/installer.ts';
import type { CoreHandlers } from './requests.ts';
import type { CoreStatus } from './types.ts';

export interface SourceRequestsDeps {
  readonly options: Pick<CoreOptions, 'home' | 'clock' | 'env' | 'gateway'>;
  /** Asks every gateway now. */
  readonly probe: () => Promise<void>;
  readonly status: () => CoreStatus;
  /** Of the person; default: the one of this process. */
  readonly userHome?: string;
}

type SourceMethod = 'testGateway' | 'planRecorder' | 'applyRecorder';

/** What a person asks of one state directory under protection: whether its gateway is heard, and the recorder in its configuration. */
export function sourceRequests({ options, probe, status, userHome }: SourceRequestsDeps): Pick<CoreHandlers, SourceMethod> {
  const { home, clock, env, gateway } = options;
  // The last one alone: who looks at another change no longer looks at this one.
  let planned: { readonly planId: string; readonly plan: RecorderPlan } | undefined;
  const sourceAt = (root: string) => {
    const source = status().sources.find((each) => each.root === root);
    if (source === undefined) throw new CoreError('not-found', `this folder is not protected: ${root}`, 'Protect it first.');
    return source;
  };
  const installer = () => new RecorderInstaller({ home, clock, env, ...(userHome === undefined ? {} : { userHome }) });
  return {
    testGateway: async ({ root }) => {
      sourceAt(root);
      await probe();
      const source = sourceAt(root);
      const stream = source.witnesses.find(({ kind }) => kind === 'gateway-stream');
      return { gateway: source.gateway, ...(stream === undefined ? {} : { stream }) };
    },
    planRecorder: async ({ root, action }) => {
      sourceAt(root);
      const plan = action === 'install' ? installer().planInstall(root) : installer().planRemove(root);
      planned = { planId: randomUUID(), plan };
      return { planId: planned.planId, configPath: plan.configPath, changes: plan.changes };
    },
    applyRecorder: async ({ planId }) => {
      if (planned?.planId !== planId) throw new CoreError('not-found', 'this change was not looked at', 'Look at it again.');
      const { plan } = planned;
      planned = undefined;
      const { changed, previous } = installer().apply(plan);
      const restartNeeded = changed && (await gateway.state(plan.root)) === 'running';
      return { changed, restartNeeded, ...(previous === undefined ? {} : { previous }) };
    },
  };
}
