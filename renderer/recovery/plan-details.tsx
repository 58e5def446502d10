import type { RestorePlan, RestoreRoute, RestoreTarget } from '../../main/core/types.ts';
import type { Messages } from '../../main/wording/catalogue.ts';
import { planChangeText } from '../../main/wording/restore-copy.ts';
import { useWords } from '../shared/words.tsx';

/** What a restore would do, before anything is touched. A restore by its id does exactly this. */
export function PlanDetails({ plan }: { readonly plan: RestorePlan }) {
  const words = useWords();
  const text = words.sheet;
  const unsaved = plan.unpersisted ?? 0;
  const refusal = plan.refusal === undefined ? undefined : words.problems.error(plan.refusal);
  // How many there are is said beside the whole.
  const changes = plan.changes.filter((change) => !change.startsWith('unpersisted-added'));
  return (
    <>
      {refusal !== undefined && (
        <div class="notice" role="alert" data-refusal={plan.refusal?.code}>
          <strong>{text.cannot}</strong>
          {words.format.gap}
          {words.format.sentences([refusal.message, refusal.hint])}
        </div>
      )}
      <dl class="plan">
        <dt>{text.what}</dt>
        <dd>
          {words.count.messages(plan.messages)}
          {unsaved > 0 && <strong>{text.unsaved(unsaved, plan.messages)}</strong>}
          {text.extent(plan.bytes, formOf(plan, changes))}
          {changes.length > 0 && (
            <ul class="changes">
              {changes.map((change) => (
                <li key={change}>{planChangeText(words, change)}</li>
              ))}
            </ul>
          )}
        </dd>
        <dt>{text.where}</dt>
        <dd>
          {plan.label !== undefined && <span dir="auto">{text.named(plan.label)} · </span>}
          {plan.target === 'same-session' && <>{text.sameChat} · </>}
          {plan.sessionKey === undefined || plan.target !== 'same-session' ? plan.agent : plan.sessionKey}
          <NewFile plan={plan} />
        </dd>
        {plan.route !== undefined && (
          <>
            <dt>{text.how}</dt>
            <dd data-route={plan.route}>{wayText(text, plan.route, plan.target)}</dd>
          </>
        )}
        {plan.refusal === undefined && <Effects plan={plan} />}
      </dl>
    </>
  );
}

function wayText(text: Messages['sheet'], route: RestoreRoute, target: RestoreTarget): string {
  const texts: Readonly<Record<RestoreRoute, string>> = {
    index: text.byIndex[target],
    gateway: text.throughGateway,
    import: text.byImport,
    'import-restart': text.byImportWithPause,
  };
  return texts[route];
}

function isImported({ route }: RestorePlan): boolean {
  return route === 'import' || route === 'import-restart';
}

function formOf(plan: RestorePlan, changes: readonly string[]): Parameters<Messages['sheet']['extent']>[1] {
  if (plan.form === 'verbatim') return 'verbatim';
  if (changes.length === 0) return undefined;
  if ((plan.unpersisted ?? 0) > 0) return 'composed';
  return isImported(plan) ? 'prepared' : 'rebuilt';
}

/** A running gateway gives a new conversation its id, and the file is called by it. */
function NewFile({ plan }: { readonly plan: RestorePlan }) {
  const text = useWords().sheet;
  if (isImported(plan)) return <div class="dim">{text.intoDatabase}</div>;
  const isNamedLater = plan.route === 'gateway' && plan.target === 'new-session';
  return (
    <div class="dim">
      {isNamedLater ? text.newFileNamed : text.newFile}
      <span class="path">{isNamedLater ? plan.path.slice(0, plan.path.lastIndexOf('/') + 1) : plan.path}</span>
    </div>
  );
}

function Effects({ plan }: { readonly plan: RestorePlan }) {
  const text = useWords().sheet;
  const added = isImported(plan) ? text.addsRows : plan.target === 'same-session' ? text.addsTranscript : text.addsFile;
  return (
    <>
      <dt>{text.effect}</dt>
      <dd>
        <ul class="effects">
          {[added, text.checked, text.canUndo].map((effect) => (
            <li key={effect}>
              <span class="safe" aria-hidden="true">
                ✓
              </span>{' '}
              {effect}
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}
