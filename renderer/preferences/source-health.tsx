import type { SourceStatus } from '../../main/core/types.ts';
import { useWords } from '../shared/words.tsx';
import { GatewayTest } from './gateway-test.tsx';

interface SourceHealthProps {
  readonly source: SourceStatus;
  readonly now: number;
}

/** What is known of one source, for whoever wants to be sure. */
export function SourceHealth({ source, now }: SourceHealthProps) {
  const { format, preferences } = useWords();
  const text = preferences.health;
  const ago = (at: number | undefined) => (at === undefined ? text.never : format.ago(now - at));
  const facts: readonly (readonly [name: string, value: string, at?: number | undefined])[] = [
    [text.lastSaved, ago(source.lastCaptureAt), source.lastCaptureAt],
    [text.lastEvent, ago(source.lastEventAt), source.lastEventAt],
    [text.lag, source.lagBytes === 0 ? text.lagNone : text.lagOf(source.lagBytes, source.lagMs)],
    [text.captured, text.capturedOf(source.bytes, source.sessions, source.agents)],
    [text.watching, text.watch[source.watch]],
    [text.gateway, text.gatewayStates[source.gateway]],
    [text.verified, ago(source.lastVerifiedAt), source.lastVerifiedAt],
  ];
  return (
    <details class="health">
      <summary aria-label={text.of(source.root)}>{text.title}</summary>
      <dl>
        {facts.map(([name, value, at]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="num" {...(at === undefined ? {} : { title: format.utc(at) })}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <GatewayTest root={source.root} now={now} />
    </details>
  );
}
