export type SelfTestStepName = 'write' | 'capture' | 'lose' | 'detect' | 'restore' | 'compare' | 'clean';

export interface SelfTestStep {
  readonly name: SelfTestStepName;
  readonly ok: boolean;
  readonly ms: number;
  /** Sentences for a person, in English; only where it failed. */
  readonly problem?: string;
  /** Of the problem: one of these, of a CoreError or of the system. */
  readonly code?: SelfTestFault | (string & {});
}

/** What only a self-test finds. */
export type SelfTestFault = 'not-captured' | 'loss-untold' | 'not-restored' | 'restored-elsewhere' | 'restored-differently';
