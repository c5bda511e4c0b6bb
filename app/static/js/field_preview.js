// Draws the field that is being described, as its form will, a moment after the last key.
const panel = document.querySelector('[data-field-preview]');
const form = document.querySelector('form[data-guard]');
const body = panel?.querySelector('[data-field-preview-body]');
const choices = form?.querySelector('[name=choices]')?.closest('.field');
let waiting;
let asked = 0;

async function draw() {
  const kind = form.elements.kind.value;
  if (choices) choices.hidden = !kind.endsWith('choice');
  const number = ++asked;
  const typed = new URLSearchParams([...new FormData(form)].filter(([name]) => ['label', 'kind', 'choices', 'help', 'is_required'].includes(name)));
  const answer = await fetch(`${panel.dataset.fieldPreview}?${typed}`);
  if (!answer.ok || answer.redirected || number !== asked) return;
  body.replaceChildren(...new DOMParser().parseFromString(await answer.text(), 'text/html').body.children);
  panel.hidden = false;
}

if (panel && form?.elements.kind) {
  form.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
  draw();
}
