import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import './page.css';
import './components/form.css';
import './shell/shell.css';

createRoot(document.getElementById('root')!).render(<App />);
