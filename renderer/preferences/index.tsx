import { render } from 'preact';
import { Preferences } from './preferences.tsx';

const root = document.getElementById('app');
if (root !== null) render(<Preferences />, root);
