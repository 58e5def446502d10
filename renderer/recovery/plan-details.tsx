import type { RestorePlan } from '../../main/core/types.ts';
import { bytesText, messagesText } from '../../main/wording/quantities.ts';
import { planChangeText } from '../../main/wording/restore-copy.ts';
import { words } from '../shared/words.ts';

const text = words.sheet;

/** What a restore would do, before anything is touched. A restore by its id does exactly this. */
export function PlanDetails({ plan }: { readonly plan: RestorePlan }) {
  const unsaved = plan.unpersisted ?? 0;
  // How many there are is said beside the whole.
  const changes = plan.changes.filter((change) => !change.startsWith('unpersisted-added'));
  return (
    <>
      {plan.refusal !== undefined && (
        <div class="notice" role="alert" data-refusal={plan.refusal.code}>
          <strong>{text.cannot}.</strong> {plan.refusal.message} {plan.refusal.hint}
        </div>
      )}
      <dl class="plan">
        <dt>{text.what}</dt>
        <dd>
          {messagesText(plan.messages)}
          {unsaved > 0 && <strong>{text.unsaved(unsaved, plan.messages)}</strong>}, {bytesText(plan.bytes)}
          {plan.form === 'verbatim' ? `, ${text.verbatim}` : changes.length === 0 ? '' : `; ${unsaved > 0 ? text.composed : text.rebuilt}`}
          {changes.length > 0 && (
            <ul class="changes">
              {changes.map((change) => (
                <li key={change}>{planChangeText(change)}</li>
              ))}
            </ul>
          )}
        </dd>
        <dt>{text.where}</dt>
        <dd>
          {plan.label !== undefined && <span dir="auto">“{plan.label}” · </span>}
          {plan.target === 'same-session' && <>{text.sameChat} · </>}
          {plan.sessionKey === undefined || plan.target !== 'same-session' ? plan.agent : plan.sessionKey}
          <NewFile plan={plan} />
        </dd>
        {plan.route !== undefined && (
          <>
            <dt>{text.how}</dt>
            <dd data-route={plan.route}>{plan.route === 'gateway' ? text.throughGateway : text.byIndex[plan.target]}</dd>
          </>
        )}
        {plan.refusal === undefined && <Effects plan={plan} />}
      </dl>
    </>
  );
}

/** A running gateway gives a new conversation its id, and the file is called by it. */
function NewFile({ plan }: { readonly plan: RestorePlan }) {
  const isNamedLater = plan.route === 'gateway' && plan.target === 'new-session';
  return (
    <div class="dim">
      {isNamedLater ? text.newFileNamed : text.newFile}{' '}
      <span class="path">{isNamedLater ? plan.path.slice(0, plan.path.lastIndexOf('/') + 1) : plan.path}</span>
    </div>
  );
}

function Effects({ plan }: { readonly plan: RestorePlan }) {
  const added = plan.target === 'same-session' ? text.addsTranscript : text.addsFile;
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
