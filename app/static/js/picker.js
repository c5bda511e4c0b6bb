// A select that searches the server as one types. Without a script it stays a plain select of what the server sent.
let library;

// The library is a classic script: it puts TomSelect on the window.
function load() {
  library ??= import('../vendor/tom-select.min.js');
  return library;
}

function found(url, query) {
  const address = new URL(url, location.href);
  address.searchParams.set('search', query);
  return fetch(address, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
    .then((answer) => (answer.ok ? answer.json() : { result: [] }))
    .then((body) => (body.result ?? []).map((row) => ({ value: String(row.value ?? row.id), text: row.text ?? row.label })))
    .catch(() => []);
}

export async function pick(select) {
  if (select.dataset.picked) return;
  select.dataset.picked = 'true';
  await load();
  const url = select.dataset.related;
  let turn = 0;
  const settings = {
    plugins: select.multiple ? ['remove_button'] : [],
    allowEmptyOption: !select.required,
    maxOptions: 50,
    create: false,
  };
  if (url) {
    Object.assign(settings, {
      preload: 'focus',
      load(query, done) {
        this.clearOptions();
        const mine = ++turn;
        // An answer that was overtaken by a later one is dropped.
        found(url, query).then((rows) => done(mine === turn ? rows : []));
      },
      // The server has searched already; sifting again here would hide what matched on another column.
      score: () => () => 1,
    });
  }
  // The picker moves the label to its own box; the hidden select still needs a name for who reads the page.
  const name = select.labels[0]?.textContent.trim();
  if (name && !select.hasAttribute('aria-label')) select.setAttribute('aria-label', name);
  new window.TomSelect(select, settings);
}
