// Draws the table of each [data-chart] as bars. The table stays for whoever doesn't see the drawing.
const echarts = window.echarts;
const drawn = [];

// ECharts paints on a canvas, which knows no tokens: their colours as the page shows them now.
function colour(token) {
  const probe = document.createElement('i');
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function read(table) {
  const series = [...table.querySelectorAll('thead th[data-tone]')].map((head) => ({ label: head.textContent, tone: head.dataset.tone }));
  const rows = [...table.querySelectorAll('tbody tr')].map((row) => ({
    label: row.querySelector('th').textContent,
    cells: [...row.querySelectorAll('td')].map((cell) => ({ value: Number(cell.textContent), url: cell.querySelector('a')?.href })),
  }));
  return { series, rows };
}

function options({ series, rows }, width) {
  const [ink, dim, line, panel] = ['ink', 'dim', 'line', 'panel'].map(colour);
  const roomy = width / rows.length > 50;
  const text = { color: dim, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 12, top: series.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
    legend: { show: series.length > 1, right: 8, top: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: text },
    // As rich text: a tooltip of HTML would bring styles that the page's policy refuses.
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, axisPointer: { type: 'shadow', shadowStyle: { color: line, opacity: 0.4 } }, backgroundColor: panel, borderColor: line, textStyle: { ...text, color: ink } },
    xAxis: { type: 'category', data: rows.map((row) => row.label), axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { ...text, ...(roomy ? { interval: 0, width: width / rows.length, overflow: 'break', lineHeight: 14 } : { hideOverlap: true }) } },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel: text },
    series: series.map((one, at) => ({
      name: one.label,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 34,
      data: rows.map((row) => row.cells[at].value),
      itemStyle: { color: colour(one.tone === 'plain' ? 'control' : one.tone) },
    })),
  };
}

function draw(panel) {
  const table = read(panel.querySelector('table'));
  const place = panel.querySelector('.chart-drawn');
  place.hidden = false;
  panel.classList.add('is-drawn');
  const chart = echarts.init(place);
  chart.setOption(options(table, place.clientWidth));
  chart.on('click', (event) => {
    const { url } = table.rows[event.dataIndex].cells[event.seriesIndex];
    if (url) window.location.assign(url);
  });
  drawn.push({ chart, table });
  const button = panel.querySelector('[data-chart-toggle]');
  button.hidden = false;
  button.addEventListener('click', () => {
    const shows = panel.classList.toggle('is-drawn');
    place.hidden = !shows;
    [button.textContent, button.dataset.other] = [button.dataset.other, button.textContent];
    if (shows) chart.resize();
  });
}

function redraw() {
  for (const { chart, table } of drawn) chart.setOption(options(table, chart.getWidth()));
}

if (echarts) {
  document.querySelectorAll('[data-chart]').forEach(draw);
  window.addEventListener('resize', () => drawn.forEach(({ chart }) => chart.resize()));
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ['data-bs-theme'] });
}
