import { render } from 'preact';
import { Worded } from '../shared/words.tsx';
import { Preferences } from './preferences.tsx';

const root = document.getElementById('app');
if (root !== null)
  render(
    <Worded title={(words) => words.windows.preferences}>
      <Preferences />
    </Worded>,
    root,
  );
