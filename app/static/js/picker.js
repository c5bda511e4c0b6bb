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
  const create = !select.closest('dialog') && select.dataset.create;
  let turn = 0;
  const settings = {
    plugins: select.multiple ? ['remove_button'] : [],
    allowEmptyOption: !select.required,
    maxOptions: 50,
    create: false,
    // In a filter the button stands below: a list that stays open would move it away from under the pointer.
    closeAfterSelect: Boolean(select.closest('[data-filter]')),
  };
  if (create) {
    Object.assign(settings, {
      create(text, done) {
        // The dialog outlives the picker's own patience: let it go on and set what was added later.
        done();
        import('./in_place.js').then((dialog) => dialog.add(select, text));
      },
      createFilter: (text) => text.trim().length > 0,
      render: { option_create: (row, escape) => `<div class="create">${escape(select.dataset.createLabel).replace('#', () => escape(row.input))}</div>` },
    });
  }
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

// Short texts as chips; without a script they are typed with commas between them.
export async function tag(input) {
  if (input.dataset.picked) return;
  input.dataset.picked = 'true';
  await load();
  const name = input.labels[0]?.textContent.trim();
  if (name) input.setAttribute('aria-label', name);
  new window.TomSelect(input, {
    plugins: ['remove_button'],
    create: true,
    createOnBlur: true,
    persist: false,
    delimiter: ',',
    splitOn: /\s*[,;]\s*/,
    placeholder: input.dataset.tags,
    hidePlaceholder: true,
    render: { no_results: () => null, option_create: () => '' },
  });
}
