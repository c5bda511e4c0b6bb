// Forms: pickers, secrets, and a question before typed work is lost.
import './secrets.js';
import { pick } from './picker.js';

for (const select of document.querySelectorAll('form[data-guard] select[data-related], form[data-guard] select[data-pick]')) pick(select);

// Choosing what to change asks for the field to change it in; without a script the button beside it does.
for (const select of document.querySelectorAll('select[data-send]')) {
  select.nextElementSibling.hidden = true;
  select.addEventListener('change', () => select.form.requestSubmit());
}

const question = document.querySelector('[data-guard-question]')?.dataset.guardQuestion;

function guard(form) {
  let touched = form.querySelector('[aria-invalid="true"], .conflict') !== null;
  const sign = form.querySelector('[data-unsaved]');
  const show = () => { if (sign) sign.hidden = !touched; };
  show();
  form.addEventListener('input', () => { touched = true; show(); });
  form.addEventListener('submit', () => { touched = false; });
  form.querySelector('[data-leave]')?.addEventListener('click', (event) => {
    if (touched && question && !window.confirm(question)) event.preventDefault();
    else touched = false;
  });
  window.addEventListener('beforeunload', (event) => { if (touched) event.preventDefault(); });
}

for (const form of document.querySelectorAll('form[data-guard]')) guard(form);

document.addEventListener('keydown', (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === 's') {
    const form = document.querySelector('form[data-guard]');
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  }
});
