import './style-nonce.js';
import { answerFromFrame } from './session/silent.js';

// A silent renewal returns in a hidden frame, which only posts the issuer's answer to the page around it.
if (!answerFromFrame()) void import('./app.js').then(({ showApp }) => showApp());
