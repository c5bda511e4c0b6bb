// Fills a piece of the page with values. The server draws the same pieces from the same values, so both look alike.
const of = (model, path) => (path === '.' ? model : path.split('.').reduce((value, name) => value?.[name], model));
const isThere = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

function apply(element, model) {
  const { slot, show, hide, href, action, value, pressed, tone } = element.dataset;
  if (show !== undefined) element.hidden = !isThere(of(model, show));
  if (hide !== undefined) element.hidden = isThere(of(model, hide));
  if (slot !== undefined) {
    const text = String(of(model, slot) ?? '');
    if (element.textContent !== text) element.textContent = text;
  }
  if (href !== undefined) element.setAttribute('href', of(model, href) || '#');
  if (action !== undefined) element.setAttribute('action', of(model, action) || '');
  if (value !== undefined && element !== document.activeElement && !element.dataset.typed) element.value = of(model, value) ?? '';
  if (pressed !== undefined) element.setAttribute('aria-pressed', String(Boolean(of(model, pressed))));
  if (tone !== undefined) element.className = `pill is-${of(model, tone) || 'plain'}`;
}

// Rows that stand already are filled again, so that nothing open closes and no focus is lost.
function repeat(element, items) {
  const template = element.querySelector(':scope > template');
  const rows = new Map();
  for (const one of [...element.children]) {
    if (one === template) continue;
    if (one.dataset.key === undefined || rows.has(one.dataset.key)) one.remove();
    else rows.set(one.dataset.key, one);
  }
  const wanted = items.map((item, place) => {
    const key = String(item?.id ?? place);
    const row = rows.get(key) ?? template.content.firstElementChild.cloneNode(true);
    row.dataset.key = key;
    apply(row, item);
    fill(row, item);
    rows.delete(key);
    return row;
  });
  for (const row of rows.values()) row.remove();
  wanted.forEach((row, place) => {
    const there = element.children[place + 1];
    if (there !== row) element.insertBefore(row, there ?? null);
  });
  element.hidden = !items.length;
}

export function fill(root, model) {
  for (const child of [...root.children]) {
    if (child.tagName === 'TEMPLATE') continue;
    if (child.dataset.with !== undefined) {
      const part = of(model, child.dataset.with);
      child.hidden = !part;
      if (part) fill(child, part);
      continue;
    }
    if (child.dataset.each !== undefined) {
      repeat(child, of(model, child.dataset.each) ?? []);
      continue;
    }
    apply(child, model);
    fill(child, model);
  }
}
