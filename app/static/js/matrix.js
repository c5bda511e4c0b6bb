// Arrow keys move between the cells of a matrix that lead somewhere; Home and End go to the ends of the row.
const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function next(rows, row, column, [down, right]) {
  for (let y = row + down, x = column + right; rows[y]?.cells[x]; y += down, x += right) {
    const link = rows[y].cells[x].querySelector('a');
    if (link) return link;
  }
  return undefined;
}

document.addEventListener('keydown', (event) => {
  const cell = event.target.closest?.('[data-matrix] tbody :is(td, th)');
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = cell.parentElement;
  const links = [...row.querySelectorAll('a')];
  const target = event.key === 'Home' ? links[0]
    : event.key === 'End' ? links.at(-1)
      : steps[event.key] && next([...row.parentElement.rows], row.sectionRowIndex, cell.cellIndex, steps[event.key]);
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
});
