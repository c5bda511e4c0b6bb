// Messages of the server lie over the page and go by themselves, but not while somebody reads them or may still undo.
const place = document.querySelector('[data-toasts]');
const SECONDS = { undo: 15, usual: 7 };

function leave(notice) {
  notice.remove();
}

function live(notice) {
  const stays = notice.matches('.is-bad, .is-warn');
  const seconds = notice.querySelector('form, [data-act]') ? SECONDS.undo : SECONDS.usual;
  let timer;
  const start = () => { if (!stays && !notice.matches(':hover, :focus-within')) timer = setTimeout(() => leave(notice), seconds * 1000); };
  const stop = () => clearTimeout(timer);
  for (const name of ['pointerenter', 'focusin']) notice.addEventListener(name, stop);
  for (const name of ['pointerleave', 'focusout']) notice.addEventListener(name, () => { stop(); setTimeout(start); });
  notice.addEventListener('keydown', (event) => { if (event.key === 'Escape') leave(notice); });
  start();
}

function put(notice) {
  for (const button of notice.querySelectorAll('[data-dismiss]')) button.hidden = false;
  place.append(notice);
  live(notice);
}

function icon(name) {
  const known = document.querySelector('svg.icon');
  const made = known.cloneNode(true);
  const use = made.querySelector('use');
  use.setAttribute('href', `${use.getAttribute('href').split('#')[0]}#${name}`);
  return made;
}

// What to say where the server refused: the sentence of its page, if it sent one; without an answer there is no network.
export function refusal(html) {
  if (html === undefined) return place.dataset.offline;
  const page = new DOMParser().parseFromString(html, 'text/html');
  const said = page.querySelector('.refusal > p:not(.dim, .reference)') ?? page.querySelector('.refusal > h1');
  return said?.textContent.trim() || place.dataset.failed;
}

export const ended = () => place.dataset.ended;

// `undo`: {url, token} of what takes the change back, or {act, label}: a function that does.
export function toast(sentence, tone = 'good', undo = undefined) {
  if (!place) return;
  const notice = document.createElement('div');
  notice.className = `notice is-${tone}`;
  const text = document.createElement('div');
  text.textContent = sentence;
  notice.append(icon(tone === 'good' ? 'circle-check' : 'alert-circle'), text);
  if (undo?.act) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'button', textContent: undo.label });
    button.dataset.act = '';
    button.addEventListener('click', () => { leave(notice); undo.act(); });
    notice.append(button);
  } else if (undo) {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = undo.url;
    const back = location.pathname + location.search;
    for (const [name, value] of [['csrf_token', undo.token], ['back', back]]) {
      const field = document.createElement('input');
      Object.assign(field, { type: 'hidden', name, value });
      form.append(field);
    }
    const button = document.createElement('button');
    button.className = 'button';
    button.textContent = place.dataset.undo;
    form.append(button);
    notice.append(form);
  }
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'button is-bare is-square';
  close.dataset.dismiss = '';
  close.setAttribute('aria-label', place.dataset.dismissLabel);
  close.append(icon('x'));
  notice.append(close);
  put(notice);
}

// Put into the live region only now, so that it is read out.
if (place) requestAnimationFrame(() => { for (const notice of document.querySelectorAll('main [data-message]')) put(notice); });
