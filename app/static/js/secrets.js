// Show, copy and print: buttons that exist only where a script can answer them.
for (const button of document.querySelectorAll('[data-reveal]')) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = field.type === 'password';
    field.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shown));
  });
  // A field that is sent as text would be offered by the browser next time.
  field.form?.addEventListener('submit', () => { field.type = 'password'; });
}

function words(element) {
  const items = [...element.querySelectorAll('li')].map((item) => item.textContent.trim());
  return items.length ? items.join('\n') : element.textContent.trim();
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(words(document.getElementById(button.dataset.copy)));
      button.classList.add('is-good');
    });
  }
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
