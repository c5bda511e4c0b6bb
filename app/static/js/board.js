// A board: drag a card to another stage, press [ or ] on it, or choose in its select. All three send the card's form.
let carried;
let isByKey = false;

const board = () => document.querySelector('[data-board]');
const mayGo = (card, stage) => card.dataset.targets.split(' ').includes(stage);

function mark() {
  for (const button of board()?.querySelectorAll('[data-move] + button') ?? []) button.hidden = true;
}

// Arrows change a select on their way to the wanted choice: with keys the button says when it is meant.
document.addEventListener('pointerdown', () => { isByKey = false; });
document.addEventListener('keydown', (event) => {
  isByKey = true;
  if (event.target.matches?.('[data-move]') && event.key !== 'Tab') event.target.nextElementSibling.hidden = false;
});

async function move(card, stage) {
  const form = card.querySelector('form');
  const sent = new FormData(form);
  sent.set('stage', stage);
  card.classList.add('is-moving');
  const answer = await fetch(form.action, { method: 'POST', body: sent, credentials: 'same-origin' });
  // A stage that asks for more leads to a form of its own; a session that has ended, to the way in.
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) {
    location.assign(answer.url);
    return;
  }
  if (!answer.ok) {
    location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  board().replaceWith(page.querySelector('[data-board]'));
  for (const old of document.querySelectorAll('main > .notice')) old.remove();
  document.querySelector('main').prepend(...page.querySelectorAll('main > .notice'));
  mark();
  document.querySelector(`[data-card="${card.dataset.card}"] a`)?.focus();
}

document.addEventListener('dragstart', (event) => {
  const card = event.target.closest?.('[data-card][draggable=true]');
  if (!card) return;
  carried = card;
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', '');
  card.classList.add('is-carried');
  for (const stage of board().querySelectorAll('[data-stage]')) {
    if (mayGo(card, stage.dataset.stage)) stage.classList.add('is-open');
  }
});

document.addEventListener('dragend', () => {
  carried?.classList.remove('is-carried');
  carried = undefined;
  for (const stage of document.querySelectorAll('.stage')) stage.classList.remove('is-open', 'is-over');
});

document.addEventListener('dragover', (event) => {
  const stage = carried && event.target.closest?.('[data-stage].is-open');
  for (const one of document.querySelectorAll('.stage.is-over')) if (one !== stage) one.classList.remove('is-over');
  if (!stage) return;
  event.preventDefault();
  stage.classList.add('is-over');
});

document.addEventListener('drop', (event) => {
  const stage = carried && event.target.closest?.('[data-stage].is-open');
  if (!stage) return;
  event.preventDefault();
  move(carried, stage.dataset.stage);
});

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-board] [data-move]') && event.target.value && !isByKey) {
    move(event.target.closest('[data-card]'), event.target.value);
  }
});

document.addEventListener('submit', (event) => {
  const card = event.target.closest('[data-board] [data-card]');
  if (!card) return;
  event.preventDefault();
  const stage = event.target.elements.stage.value;
  if (stage) move(card, stage);
});

// With the focus on a card: ] takes it to the next stage it may go to, [ to the one before.
document.addEventListener('keydown', (event) => {
  if (!['[', ']'].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const card = event.target.closest?.('[data-card]');
  if (!card || !card.dataset.targets || event.target.matches('input, textarea, select')) return;
  const stages = [...board().querySelectorAll('[data-stage]')].map((one) => one.dataset.stage);
  const here = stages.indexOf(card.closest('[data-stage]').dataset.stage);
  const way = event.key === ']' ? stages.slice(here + 1) : stages.slice(0, here).reverse();
  const target = way.find((stage) => mayGo(card, stage));
  if (!target) return;
  event.preventDefault();
  move(card, target);
});

mark();
