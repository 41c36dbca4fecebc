import { mount } from 'svelte';
import './theme.css';
import './base.css';
import App from './App.svelte';
import { theme, wear } from './lib/theme';
import { preferredLanguage, speak } from './lib/words';

wear(theme());
await speak(preferredLanguage(), false).catch(() => speak('en', false));
mount(App, { target: document.getElementById('app')! });
