// The editor of the brand: what is chosen shows at once in the pictures of pages, and nowhere else until it is saved.
const form = document.querySelector('form[data-branding]');
const preview = document.querySelector('[data-preview]');
const COLOR = /^#[0-9a-f]{6}$/i;
const PAUSE_MS = 120;
let waiting = 0;

const field = (name) => form.elements.namedItem(name);
const each = (selector, change) => { for (const one of document.querySelectorAll(selector)) change(one); };

function showName() {
  const name = field('display_name').value.trim() || field('display_name').placeholder;
  each('[data-preview-name]', (one) => { one.textContent = name; });
  each('[data-preview-initial]', (one) => { one.textContent = name.slice(0, 1).toUpperCase(); });
}

function frameColor() {
  const own = field('own_theme_color').checked;
  document.querySelector('[data-frame-color]').hidden = !own;
  return own ? field('theme_color').value : field('primary_color').value;
}

// A new style sheet takes the old one's place once it is there, so that nothing flickers.
function showColors() {
  const [primary, secondary] = ['primary_color', 'secondary_color'].map((name) => field(name).value.trim().toLowerCase());
  const query = new URLSearchParams({ primary_color: primary, secondary_color: secondary });
  fetch(`${form.dataset.colorsUrl}?${query}`).then((answer) => (answer.ok ? answer.text() : null)).then((text) => {
    if (text === null) return;
    const parsed = new DOMParser().parseFromString(text, 'text/html');
    document.querySelector('[data-swatches]').replaceChildren(...parsed.body.children);
  });
  if (!COLOR.test(primary) || !COLOR.test(secondary)) return;
  const old = document.querySelector('link[data-preview-style]');
  const version = new URL(old.href).search;
  const fresh = old.cloneNode();
  fresh.href = `/theme/preview/${primary.slice(1)}-${secondary.slice(1)}.css${version}`;
  fresh.addEventListener('load', () => old.remove());
  old.after(fresh);
}

function showPicture(input) {
  const file = input.files[0];
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener('load', () => {
    each(`[data-thumb="${input.name}"], [data-preview-picture="${input.name}"]`, (one) => { one.src = reader.result; one.hidden = false; });
    each(`[data-no-thumb="${input.name}"]`, (one) => { one.hidden = true; });
    if (input.name === 'logo_file') each('[data-preview-initial]', (one) => { one.hidden = true; });
  });
  reader.readAsDataURL(file);
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(showColors, PAUSE_MS);
}

for (const picker of form.querySelectorAll('[data-color-for]')) {
  const text = field(picker.dataset.colorFor);
  picker.hidden = false;
  picker.addEventListener('input', () => { text.value = picker.value; soon(); });
  text.addEventListener('input', () => {
    if (COLOR.test(text.value)) picker.value = text.value;
    soon();
  });
}
for (const input of form.querySelectorAll('[data-picture]')) input.addEventListener('change', () => showPicture(input));
field('display_name').addEventListener('input', showName);
field('own_theme_color').addEventListener('change', frameColor);
frameColor();

const shades = document.querySelector('[data-preview-theme]');
shades.hidden = false;
shades.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-shade]');
  if (!chosen) return;
  preview.classList.toggle('is-dark', chosen.dataset.shade === 'dark');
  for (const one of shades.querySelectorAll('[data-shade]')) one.setAttribute('aria-pressed', String(one === chosen));
});
