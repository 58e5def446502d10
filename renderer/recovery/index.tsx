import { render } from 'preact';
import { Masking } from '../shared/title.tsx';
import { Worded } from '../shared/words.tsx';
import { Recovery } from './recovery.tsx';

const root = document.getElementById('app');
if (root !== null)
  render(
    <Worded title={(words) => words.windows.recovery}>
      <Masking>
        <Recovery />
      </Masking>
    </Worded>,
    root,
  );
