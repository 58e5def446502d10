import type { RestorePlan } from '../../main/core/types.ts';
import { bytesText, messagesText } from '../../main/wording/quantities.ts';
import { planChangeText } from '../../main/wording/restore-copy.ts';
import { words } from '../shared/words.ts';

const text = words.sheet;

/** What a restore would do, before anything is touched. A restore by its id does exactly this. */
export function PlanDetails({ plan }: { readonly plan: RestorePlan }) {
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
          {messagesText(plan.messages)}, {bytesText(plan.bytes)}, {plan.form === 'verbatim' ? text.verbatim : text.rebuilt}
          {plan.changes.length > 0 && (
            <ul class="changes">
              {plan.changes.map((change) => (
                <li key={change}>{planChangeText(change)}</li>
              ))}
            </ul>
          )}
        </dd>
        <dt>{text.where}</dt>
        <dd>
          {plan.label !== undefined && <span dir="auto">“{plan.label}” · </span>}
          {plan.agent}
          <div class="dim">
            {text.newFile} <span class="path">{plan.path}</span>
          </div>
        </dd>
        {plan.refusal === undefined && <Effects />}
      </dl>
    </>
  );
}

function Effects() {
  return (
    <>
      <dt>{text.effect}</dt>
      <dd>
        <ul class="effects">
          {[text.addsFile, text.checked, text.canUndo].map((effect) => (
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
