// Every page: the theme, the keys, what closes by itself, and the parts that only make sense with a script.
import './theme.js';
import './toasts.js';
import './shell.js';
import './rail.js';
import './palette.js';
import './keyboard.js';
import './list.js';
import './portal/leaving.js';

document.addEventListener('click', (event) => {
  event.target.closest('[data-dismiss]')?.closest('.notice')?.remove();
  for (const open of document.querySelectorAll('details[data-popover][open]')) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const open = document.querySelector('details[data-popover][open]');
  if (!open) return;
  open.open = false;
  open.querySelector('summary').focus();
});

for (const button of document.querySelectorAll('[data-dismiss]')) button.hidden = false;
document.querySelector('[data-focus]')?.focus();
