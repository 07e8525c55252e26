import './style-nonce.js';
import { answerFromFrame } from './session/silent.js';

// A sign-in that renews itself comes back in a hidden frame: that one only hands the answer on.
if (!answerFromFrame()) void import('./app.js').then(({ showApp }) => showApp());
