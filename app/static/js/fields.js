// What single fields do beyond the browser's own: none of it is needed to fill them in.

// (503) 555-0170 as it is written in the United States; anything longer or shorter stays as it was typed.
function spelled(text) {
  const digits = text.replace(/\D/g, '');
  const local = digits.length === 11 && digits[0] === '1' ? digits.slice(1) : digits;
  if (local.length !== 10 || /[a-z]/i.test(text) || (text.trim().startsWith('+') && digits[0] !== '1')) return text;
  return `(${local.slice(0, 3)}) ${local.slice(3, 6)}-${local.slice(6)}`;
}

function amount(text) {
  const plain = text.replace(/[\s,$€£]/g, '');
  return plain && !Number.isNaN(Number(plain)) ? Number(plain).toFixed(2) : text;
}

// The sentence beside the field as soon as it is left; the server says the same.
function check(field) {
  const id = `${field.id}-problem`;
  const wrong = field.value !== '' && !field.validity.valid;
  let said = document.getElementById(id);
  if (!wrong) { said?.remove(); if (said) field.removeAttribute('aria-invalid'); return; }
  field.setAttribute('aria-invalid', 'true');
  if (said) return;
  said = document.createElement('p');
  said.className = 'error';
  said.id = id;
  said.textContent = field.dataset.problem;
  field.setAttribute('aria-describedby', id);
  field.after(said);
}

function colors(scope) {
  for (const code of scope.querySelectorAll('[data-color-of]')) {
    const field = document.getElementById(code.dataset.colorOf);
    code.hidden = false;
    field.addEventListener('input', () => { code.value = field.value; });
    code.addEventListener('input', () => {
      const text = code.value.startsWith('#') ? code.value : `#${code.value}`;
      if (/^#[0-9a-f]{6}$/i.test(text)) { field.value = text; field.dispatchEvent(new Event('change', { bubbles: true })); }
    });
  }
}

// Where the stylesheet alone can't let a long text grow.
function growing(scope) {
  if (CSS.supports('field-sizing: content')) return;
  for (const text of scope.querySelectorAll('textarea.is-growing')) {
    const grow = () => { text.style.height = 'auto'; text.style.height = `${text.scrollHeight + 2}px`; };
    text.addEventListener('input', grow);
    grow();
  }
}

export function enhance(scope) {
  for (const phone of scope.querySelectorAll('input[type=tel]')) {
    phone.addEventListener('blur', () => { phone.value = spelled(phone.value); });
  }
  for (const money of scope.querySelectorAll('[data-money]')) {
    money.addEventListener('blur', () => { money.value = amount(money.value); });
  }
  for (const field of scope.querySelectorAll('[data-problem]')) field.addEventListener('blur', () => check(field));
  colors(scope);
  growing(scope);
}
