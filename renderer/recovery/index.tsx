import { render } from 'preact';
import { Recovery } from './recovery.tsx';

const root = document.getElementById('app');
if (root !== null) render(<Recovery />, root);
