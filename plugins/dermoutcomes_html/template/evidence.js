"use strict";
// Opens what a number rests on: its records, their readings, and the cells of the files.
(() => {
  // By what they are: any section may have the name that an id of theirs would be.
  const store = document.querySelector('script[type="application/json"]');
  const panel = document.querySelector("dialog");
  if (!store || !panel || !panel.showModal) return;
  const data = JSON.parse(store.textContent);
  const words = data.words;
  const STEP = 100;

  // A result is known by the first letters of its id.
  const results = new Map();
  for (const [title, about, method, behind, ids, stats] of data.quantities) {
    ids.split(" ").forEach((id, place) => results.set(id, {
      title: words[title], about: words[about], method: words[method],
      behind: data.behind[behind], stat: words[data.stats[stats][place]],
    }));
  }
  const resultOf = (id) => results.get(id.slice(0, data.id_length));
  const idOf = (element) => element.dataset.r || element.id.slice(2);

  const make = (tag, text, ...children) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    element.append(...children.filter(Boolean));
    return element;
  };

  // Runs are how many to skip, how many to take, and so on.
  const places = (runs) => {
    const list = [];
    let at = 0;
    for (let i = 0; i < runs.length; i += 2) {
      at += runs[i];
      for (let taken = 0; taken < runs[i + 1]; taken += 1, at += 1) list.push(at);
    }
    return list;
  };

  const longList = (tag, items, show) => {
    const list = make(tag);
    let shown = 0;
    const more = make("button");
    more.type = "button";
    const add = () => {
      const first = shown;
      for (const item of items.slice(shown, shown + STEP)) list.append(show(item));
      shown = Math.min(shown + STEP, items.length);
      more.textContent = `Show more: ${items.length - shown} are left`;
      if (shown === items.length) more.remove();
      return list.children[first];
    };
    more.addEventListener("click", () => {
      const next = add();
      next.tabIndex = -1;
      next.focus();
    });
    add();
    return shown < items.length ? make("div", "", list, more) : list;
  };

  const curve = ([unit, xUnit, first, last, samples]) => {
    const space = "http://www.w3.org/2000/svg";
    const known = samples.filter((sample) => sample !== null);
    const low = Math.min(0, ...known), high = Math.max(...known);
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 300 110");
    svg.setAttribute("role", "img");
    const range = `${first} to ${last} ${words[xUnit]}, ${low} to ${high} ${words[unit]}`;
    svg.setAttribute("aria-label", `The curve that was measured: ${range}`);
    const line = document.createElementNS(space, "polyline");
    const step = 290 / Math.max(1, samples.length - 1);
    line.setAttribute("points", samples.map((sample, place) => (sample === null ? "" :
      `${(5 + place * step).toFixed(1)},${(105 - 100 * (sample - low) / (high - low || 1)).toFixed(1)}`)).join(" "));
    svg.append(line);
    return make("figure", "", svg, make("figcaption", range));
  };

  const where = (file, row, cells) => {
    const [name, columns] = data.files[file];
    const column = cells && cells.length === 2 ? cells[0] : 0;
    const header = column && columns.length ? words[columns[column - 1]] : "";
    return `${words[name]}, row ${row}` +
      (column ? `, column ${column}${header ? ` (${header})` : ""}` : "");
  };

  // A row of a file: where it stands, whose it is, and its cells as they stand there.
  const rowOf = (place) => {
    const [file, row, subject, about, value, cells, parents, curves] = data.rows[place];
    const item = make("li", "", make("span", where(file, row, cells)));
    item.firstChild.className = "where";
    item.append(" ", make("span", [subject, about].filter(Boolean).map((n) => words[n]).join(", ")));
    if (cells && cells.length === 2) {
      if (cells[1]) item.append(": ", make("samp", words[cells[1]]));
      else item.append(": the file is not at hand as it was read");
    }
    if (value) item.append(cells && cells.length ? `, read as ${words[value]}` : `: ${words[value]}`);
    if (cells && cells.length > 2) {
      const list = make("dl");
      cells.slice(1).forEach((text, offset) => {
        if (!text) return;
        const column = cells[0] + offset;
        const name = words[data.files[file][1][column - 1]] || `column ${column}`;
        list.append(make("div", "", make("dt", name), make("dd", "", make("samp", words[text]))));
      });
      item.append(make("details", "", make("summary", "All cells of the row"), list));
    }
    if (parents && parents.length) {
      item.append(make("p", "computed from"), longList("ul", parents, rowOf));
    }
    for (const number of curves || []) item.append(curve(data.curves[number]));
    return item;
  };

  const recordOf = (place) => {
    const [subject, about, value, base, change, runs] = data.records[place];
    const rows = places(runs);
    const numbers = [[value, ""], [base, "reference "], [change, "change "]]
      .filter(([number]) => number).map(([number, name]) => name + words[number]).join(", ");
    const text = [words[subject], words[about]].filter(Boolean).join(", ");
    const details = make("details", "", make("summary", numbers ? `${text}: ${numbers}` : text));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(
        rows.length ? longList("ul", rows, rowOf) : make("p", "No reading stands behind it."));
    });
    return make("li", "", details);
  };

  const counted = (shown, all, name) => (shown < all ?
    `${all} ${name}, of which ${shown} are shown; the tables of the run folder have all` : `${all} ${name}`);

  const partOf = ([name, rowCount, rowRuns, recordCount, recordRuns]) => {
    const rows = places(rowRuns), records = places(recordRuns);
    const part = make("section");
    if (recordCount) {
      part.append(make("h3", counted(records.length, recordCount, "records")));
      part.append(make("p", `They rest on ${rowCount} ${words[name]}. Open a record for those of it.`));
      part.append(longList("ol", records, recordOf));
      if (!records.some((place) => data.records[place][5].length) && rows.length) {
        part.append(make("h3", counted(rows.length, rowCount, words[name])), longList("ul", rows, rowOf));
      }
    } else {
      part.append(make("h3", counted(rows.length, rowCount, words[name])));
      if (rows.length) part.append(longList("ul", rows, rowOf));
    }
    return part;
  };

  const open = (id, opener) => {
    const result = resultOf(id);
    if (!result) return;
    const shown = opener && opener.textContent.trim();
    const value = opener && opener.getAttribute("value");
    const body = panel.querySelector("div");
    const address = make("a", `#r-${id}`);
    address.href = `#r-${id}`;
    panel.querySelector("h2").textContent = [shown, result.stat].filter(Boolean).join(": ");
    body.replaceChildren(...[
      make("p", [result.title, result.about].filter(Boolean).join("; ")),
      value && value !== shown ? make("p", "All its digits: ", make("samp", value)) : "",
      result.method ? make("p", result.method) : "",
      ...result.behind.map(partOf),
      make("p", "Address of this number: ", address),
    ].filter(Boolean));
    for (let box = opener; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
    if (opener) opener.focus({ preventScroll: true });
    try { history.replaceState(null, "", `#r-${id}`); } catch { /* a page from a disk may not */ }
    if (!panel.open) panel.showModal();
    panel.scrollTop = 0;
  };

  const openAddress = () => {
    if (!location.hash.startsWith("#r-")) return;
    const id = location.hash.slice(3);
    open(id, document.getElementById(`r-${id}`));
  };

  // One stop of the Tab key for each table or paragraph; arrows go on to its other numbers.
  const boxes = new Map();
  for (const number of document.querySelectorAll('[id^="r-"], [data-r]')) {
    if (number.tagName === "A" || !number.textContent.trim() || !resultOf(idOf(number))) continue;
    const box = number.closest("table, dl, ul, ol, p, figure") || document.body;
    if (!boxes.has(box)) boxes.set(box, []);
    number.tabIndex = boxes.get(box).length ? -1 : 0;
    number.setAttribute("role", "button");
    number.setAttribute("aria-haspopup", "dialog");
    number.classList.add("opens");
    boxes.get(box).push(number);
  }

  const neighbour = (number, key) => {
    const all = boxes.get(number.closest("table, dl, ul, ol, p, figure") || document.body) || [];
    const at = all.indexOf(number);
    if (key === "ArrowRight") return all[at + 1];
    if (key === "ArrowLeft") return all[at - 1];
    const cell = number.closest("td, th");
    const below = key === "ArrowDown";
    if (!cell) return all[below ? at + 1 : at - 1];
    const others = below ? all.slice(at + 1) : all.slice(0, at).reverse();
    return others.find((other) => {
      const otherCell = other.closest("td, th");
      return otherCell && otherCell.parentElement !== cell.parentElement &&
        otherCell.cellIndex === cell.cellIndex;
    });
  };

  // All digits of a number under the pointer.
  document.addEventListener("pointerover", (event) => {
    const number = event.target.closest("data[value]");
    if (number && !number.title) number.title = number.getAttribute("value");
  });
  document.addEventListener("click", (event) => {
    const number = event.target.closest(".opens");
    if (number) open(idOf(number), number);
    const link = event.target.closest('a[href^="#r-"]');
    if (link && link.hash === location.hash) openAddress();
  });
  document.addEventListener("keydown", (event) => {
    const number = event.target.closest(".opens");
    if (!number) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(idOf(number), number);
    } else if (event.key.startsWith("Arrow")) {
      const next = neighbour(number, event.key);
      if (!next) return;
      event.preventDefault();
      number.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  });
  panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
  panel.querySelector("button").addEventListener("click", () => panel.close());
  addEventListener("beforeprint", () => panel.close());
  addEventListener("hashchange", openAddress);
  document.documentElement.classList.add("with-evidence");
  openAddress();
})();
