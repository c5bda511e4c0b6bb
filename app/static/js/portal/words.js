// The sentences of the page, in its language. A number stands for the sign #.
const known = () => JSON.parse(document.getElementById('words').dataset.words);
let words;

export function say(name, number) {
  words ??= known();
  const text = words[name];
  return number === undefined ? text : text.replace('#', number);
}
