// The position, asked for once and only when somebody clocks. Denied, slow or missing: clocking goes on without it.
const SECONDS = 8;

export function position() {
  if (!navigator.geolocation) return Promise.resolve({});
  return new Promise((resolve) => {
    // Some browsers leave a question that nobody answers open for ever.
    const late = setTimeout(() => resolve({}), SECONDS * 1000 + 500);
    const finish = (found) => { clearTimeout(late); resolve(found); };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => finish({
        latitude: Number(coords.latitude.toFixed(6)),
        longitude: Number(coords.longitude.toFixed(6)),
        accuracy_metres: Math.round(coords.accuracy),
      }),
      () => finish({}),
      { enableHighAccuracy: true, timeout: SECONDS * 1000, maximumAge: 30000 },
    );
  });
}
