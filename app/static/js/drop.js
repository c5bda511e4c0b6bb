// A field for one file also takes what is dropped on it, and shows a picture before it is sent.
const place = (event) => event.target.closest?.('[data-drop]');

function show(field) {
  const picture = field.closest('[data-drop]').querySelector('img');
  const [file] = field.files;
  if (!picture || !file?.type.startsWith('image/')) return;
  const reader = new FileReader();
  reader.addEventListener('load', () => { picture.src = reader.result; picture.alt = file.name; picture.hidden = false; });
  reader.readAsDataURL(file);
}

document.addEventListener('change', (event) => {
  if (event.target.type === 'file' && place(event)) show(event.target);
});

for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(kind, (event) => {
    const over = place(event);
    if (!over || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    over.classList.toggle('is-over', kind === 'dragenter' || kind === 'dragover');
    if (kind !== 'drop' || !event.dataTransfer.files.length) return;
    const field = over.querySelector('input[type=file]');
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
}
