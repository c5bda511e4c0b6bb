// A UUID of version 7 (RFC 9562): the milliseconds first, so that ids stand in the order in which they were made.
let last = 0;

export function uuid7() {
  last = Math.max(Date.now(), last + 1); // a clock that is set back must not turn the order around
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = last;
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
